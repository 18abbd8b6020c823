package dev.holdfast.otlp;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who tells: the resource and the scope of all that is sent.
 *
 * @param version of Holdfast
 * @param resource attributes by name
 */
public record Origin(String version, SortedMap<String, String> resource) {
    private static final int RESOURCE_ATTRIBUTES = 1;
    private static final int SCOPE_NAME = 1;
    private static final int SCOPE_VERSION = 2;
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int STRING = 1;
    private static final int INT = 3;
    private static final int DOUBLE = 4;

    /** @param configured hold in place of what is usual */
    public static Origin of(String version, String host, Map<String, String> configured) {
        var resource = new TreeMap<>(Map.of("service.name", "holdfast", "service.version", version, "host.name", host));
        resource.putAll(configured);
        return new Origin(version, resource);
    }

    /** ResourceMetrics or ResourceSpans around it: both number their fields alike. */
    Protobuf around(Protobuf scoped) {
        var of = new Protobuf();
        resource.forEach((key, value) -> attribute(of, RESOURCE_ATTRIBUTES, key, value));
        return new Protobuf().message(1, of).message(2, scoped);
    }

    /** ScopeMetrics or ScopeSpans, to which these are added as field 2. */
    Protobuf scope() {
        return new Protobuf()
                .message(1, new Protobuf().text(SCOPE_NAME, "holdfast").text(SCOPE_VERSION, version));
    }

    /**
     * A KeyValue.
     *
     * @param value a String, Long or Double
     */
    static void attribute(Protobuf to, int field, String key, Object value) {
        var any = new Protobuf();
        switch (value) {
            case Long n -> any.oneOfNumber(INT, n);
            case Double d -> any.oneOfDouble(DOUBLE, d);
            default -> any.oneOfText(STRING, value.toString());
        }
        to.message(field, new Protobuf().text(KEY, key).message(VALUE, any));
    }
}
