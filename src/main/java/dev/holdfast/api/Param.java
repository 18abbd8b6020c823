package dev.holdfast.api;

import java.util.List;

/**
 * A value that may stand behind the question mark.
 *
 * @param says what it is, for people
 * @param several whether it may come more than once
 */
record Param(String name, String says, Kind kind, boolean several) {
    /** What it may be. */
    sealed interface Kind {}

    /** @param most characters */
    record Text(int most) implements Kind {}

    /** Bounds included. */
    record Whole(int least, int most, int otherwise) implements Kind {}

    record OneOf(List<String> words) implements Kind {}

    private static final int LONGEST_TEXT = 1000;

    static Param text(String name, String says) {
        return new Param(name, says, new Text(LONGEST_TEXT), false);
    }

    static Param texts(String name, String says) {
        return new Param(name, says, new Text(LONGEST_TEXT), true);
    }

    /** @param otherwise when it is not given */
    static Param whole(String name, String says, int least, int most, int otherwise) {
        return new Param(name, says, new Whole(least, most, otherwise), false);
    }

    static Param oneOf(String name, String says, String... words) {
        return new Param(name, says, new OneOf(List.of(words)), false);
    }

    void check(String value) throws Bad {
        switch (kind) {
            case Text(int most) -> {
                if (value.length() > most) {
                    throw new Bad(400, name + " is longer than " + most + " characters");
                }
            }
            case Whole(int least, int most, int _) -> {
                int n = value.matches("\\d{1,9}") ? Integer.parseInt(value) : -1;
                if (n < least || n > most) {
                    throw new Bad(400, name + " is a whole number from " + least + " to " + most);
                }
            }
            case OneOf(List<String> words) -> {
                if (!words.contains(value)) {
                    throw new Bad(400, "\"" + value + "\" is no " + name + "; there are " + String.join(", ", words));
                }
            }
        }
    }
}
