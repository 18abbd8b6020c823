package dev.holdfast.unit;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** When something is too much, too little, or wrong for too long. */
public sealed interface Threshold {
    /**
     * A value compared with a bound: {@code > 75%}, {@code free < 15%}, {@code latency > 500ms}, {@code > 1024Mi}.
     *
     * @param subject what is measured; null when the key it stands at says so
     */
    record Compare(@Nullable String subject, Comparison comparison, Bound bound) implements Threshold {
        @Override
        public String toString() {
            return (subject == null ? "" : subject + " ") + comparison.sign + " " + bound;
        }
    }

    /** A state that lasts: {@code down for 1m}. */
    record Lasting(String state, Duration time) implements Threshold {
        @Override
        public String toString() {
            return state + " for " + Durations.format(time);
        }
    }

    /**
     * Pressure stall as the kernel takes it (Documentation/accounting/psi.rst): {@code some > 150ms / 1s}.
     *
     * @param full false: some task stalls; true: all do
     * @param stall less than {@code window}
     * @param window 500 ms to 10 s
     */
    record Pressure(boolean full, Duration stall, Duration window) implements Threshold {
        @Override
        public String toString() {
            return (full ? "full" : "some") + " > " + Durations.format(stall) + " / " + Durations.format(window);
        }
    }

    /** What a value is compared with. */
    sealed interface Bound {
        record Share(Percent value) implements Bound {
            @Override
            public String toString() {
                return value.toString();
            }
        }

        record Size(ByteSize value) implements Bound {
            @Override
            public String toString() {
                return value.toString();
            }
        }

        record Time(Duration value) implements Bound {
            @Override
            public String toString() {
                return Durations.format(value);
            }
        }

        record Count(BigDecimal value) implements Bound {
            @Override
            public String toString() {
                return value.toPlainString();
            }
        }
    }

    /** How a value is compared. */
    enum Comparison {
        ABOVE(">"),
        AT_LEAST(">="),
        BELOW("<"),
        AT_MOST("<="),
        EQUAL("==");

        private final String sign;

        Comparison(String sign) {
            this.sign = sign;
        }

        /** @param order of a value and its bound, as of {@link Comparable#compareTo} */
        public boolean holds(int order) {
            return switch (this) {
                case ABOVE -> order > 0;
                case AT_LEAST -> order >= 0;
                case BELOW -> order < 0;
                case AT_MOST -> order <= 0;
                case EQUAL -> order == 0;
            };
        }

        private static Comparison of(String sign) {
            return Arrays.stream(values())
                    .filter(c -> c.sign.equals(sign))
                    .findFirst()
                    .orElseThrow();
        }
    }

    Pattern COMPARE = Pattern.compile("(?:([a-z_]+) +)?(>=|<=|==|>|<) *(\\S+)");
    Pattern LASTING = Pattern.compile("([a-z_]+) +for +(\\S+)");
    Pattern PRESSURE = Pattern.compile("(some|full) *> *(\\S+) */ *(\\S+)");

    /**
     * Reads any form.
     *
     * @throws IllegalArgumentException whose message says what is allowed
     */
    static Threshold parse(String text) {
        String t = text.strip();
        Matcher pressure = PRESSURE.matcher(t);
        if (pressure.matches()) {
            Duration stall = Durations.parse(pressure.group(2));
            Duration window = Durations.parse(pressure.group(3));
            boolean bounded = window.toMillis() >= 500 && window.toMillis() <= 10_000;
            if (!bounded || stall.isZero() || stall.compareTo(window) > 0) {
                throw new IllegalArgumentException("pressure is a stall within a window of 500ms to 10s");
            }
            return new Pressure(pressure.group(1).equals("full"), stall, window);
        }
        Matcher lasting = LASTING.matcher(t);
        if (lasting.matches()) {
            return new Lasting(lasting.group(1), Durations.parse(lasting.group(2)));
        }
        Matcher compare = COMPARE.matcher(t);
        Optional<Bound> bound = compare.matches() ? bound(compare.group(3)) : Optional.empty();
        if (bound.isEmpty()) {
            String signs = Arrays.stream(Comparison.values()).map(c -> c.sign).collect(Collectors.joining(", "));
            throw new IllegalArgumentException("a threshold is one of " + signs
                    + " and a value, such as \"> 75%\", \"free < 15%\", \"> 500Mi\" or \"latency > 500ms\"");
        }
        return new Compare(compare.group(1), Comparison.of(compare.group(2)), bound.get());
    }

    private static Optional<Bound> bound(String text) {
        if (text.matches("\\d{1,18}(\\.\\d{1,9})?")) {
            return Optional.of(new Bound.Count(new BigDecimal(text)));
        }
        try {
            if (text.endsWith("%")) {
                return Optional.of(new Bound.Share(Percent.parse(text)));
            }
            if (text.matches(".*(us|ms|s|m|h|d|w)")) {
                return Optional.of(new Bound.Time(Durations.parse(text)));
            }
            return Optional.of(new Bound.Size(ByteSize.parse(text)));
        } catch (IllegalArgumentException noSuchBound) {
            return Optional.empty();
        }
    }
}
