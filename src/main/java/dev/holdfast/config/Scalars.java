package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Percent;
import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Signal;
import dev.holdfast.unit.Threshold;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a scalar's text becomes a value, and what a schema says of it. */
final class Scalars {
    /**
     * @param type JSON Schema types that may stand for it
     * @param read throws IllegalArgumentException whose message says what is allowed
     */
    record Scalar(String name, List<String> type, Function<String, Object> read) {}

    private static final Map<Class<?>, Scalar> BY_CLASS = Map.ofEntries(
            entry(String.class, "a text", text -> text, "string", "number", "boolean"),
            entry(boolean.class, "true or false", Scalars::bool, "boolean"),
            entry(Boolean.class, "true or false", Scalars::bool, "boolean"),
            entry(int.class, "a whole number", Scalars::integer, "integer"),
            entry(Integer.class, "a whole number", Scalars::integer, "integer"),
            entry(Long.class, "a whole number", Scalars::whole, "integer"),
            entry(double.class, "a number", Scalars::number, "number"),
            entry(Double.class, "a number", Scalars::number, "number"),
            entry(Duration.class, "a duration", Durations::parse, "string", "integer"),
            entry(ByteSize.class, "a size", ByteSize::parse, "string", "integer"),
            entry(CpuAmount.class, "a CPU amount", CpuAmount::parse, "string", "number"),
            entry(Percent.class, "a percentage", Percent::parse, "string"),
            entry(Threshold.class, "a threshold", Threshold::parse, "string"),
            entry(Rate.class, "a rate", Rate::parse, "string"),
            entry(Octal.class, "an octal mode", Octal::parse, "string", "integer"),
            entry(Signal.class, "a signal", Scalars::signal, "string", "integer"),
            entry(URI.class, "a URL", Scalars::uri, "string"));

    private Scalars() {}

    static @Nullable Scalar of(Class<?> type) {
        return BY_CLASS.get(type);
    }

    /** An enum's constant as it is written in the file. */
    static String written(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String[] constants(Class<?> enumType) {
        return Arrays.stream(enumType.getEnumConstants()).map(Scalars::written).toArray(String[]::new);
    }

    private static Map.Entry<Class<?>, Scalar> entry(
            Class<?> type, String name, Function<String, Object> read, String... json) {
        return Map.entry(type, new Scalar(name, List.of(json), read));
    }

    private static Object bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("it is true or false");
        };
    }

    private static Object integer(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a whole number is expected", e);
        }
    }

    private static Object whole(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a whole number is expected", e);
        }
    }

    private static Object number(String text) {
        if (!text.matches("-?\\d{1,15}(\\.\\d{1,15})?")) {
            throw new IllegalArgumentException("a number is expected");
        }
        return Double.parseDouble(text);
    }

    private static Object signal(String text) {
        return Signal.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "a signal is a name or number, such as TERM, SIGHUP, RTMIN+3 or 10"));
    }

    private static Object uri(String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a URL is expected, such as http://127.0.0.1:8080/ping", e);
        }
        if (uri.getScheme() == null || uri.getHost() == null) {
            throw new IllegalArgumentException("a URL has a scheme and a host, such as http://127.0.0.1:8080/ping");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65535) {
            throw new IllegalArgumentException("a URL's port is 1 to 65535, not " + uri.getPort());
        }
        return uri;
    }
}
