package dev.holdfast.top;

/** What a key asks of whoever has the terminal and the daemon. */
sealed interface Wish {
    /** Nothing but to show the view. */
    record None() implements Wish {}

    record Quit() implements Wish {}

    /** To look now. */
    record Look() implements Wish {}

    /** To show why that one ended. */
    record Why(String name) implements Wish {}

    /** Something changes. */
    sealed interface Act extends Wish {
        String name();

        /** As a question: {@code restart web/1}. */
        String words();
    }

    /**
     * @param verb start, stop or restart
     * @param target whom it is for, as the daemon is told: a single replica by its number, so that it stays one should
     *     there be more by then
     * @param replicas so many are meant
     */
    record Steer(String verb, String name, String target, int replicas) implements Act {
        @Override
        public String words() {
            return verb + " " + name + (replicas > 1 ? ", all " + replicas + " replicas" : "");
        }
    }

    /**
     * @param from how many there are
     * @param replicas 0 to 1000
     */
    record Scale(String name, int from, int replicas) implements Act {
        @Override
        public String words() {
            return "scale " + name + " from " + from + " to " + replicas + (replicas == 1 ? " replica" : " replicas");
        }
    }

    /** @param verb run, pause or resume */
    record Schedule(String verb, String name) implements Act {
        @Override
        public String words() {
            return verb + " schedule " + name;
        }
    }

    /** @param verb pause or resume */
    record Queue(String verb, String name) implements Act {
        @Override
        public String words() {
            return verb + " queue " + name;
        }
    }
}
