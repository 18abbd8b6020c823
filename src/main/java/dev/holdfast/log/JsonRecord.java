package dev.holdfast.log;

import dev.holdfast.unit.Level;
import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line as {@link JsonEncoder} wrote it.
 *
 * @param data the text's bytes as ISO-8859-1 characters
 */
record JsonRecord(
        Instant at,
        String process,
        int replica,
        String instance,
        boolean stderr,
        @Nullable Level level,
        Map<String, String> labels,
        boolean partial,
        String data) {
    private static final JsonType<Object> ANY = Jsonb.builder().build().type(Object.class);
    private static final String PASSED = ",\"json\":";

    /** Null for what is none. */
    static @Nullable JsonRecord read(byte[] raw) {
        // The program's own object is the last field, and nothing before can look like it, for quotes there are
        // escaped.
        String latin = new String(raw, StandardCharsets.ISO_8859_1);
        int passed = latin.indexOf(PASSED);
        byte[] own = (passed < 0 ? latin : latin.substring(0, passed) + "}").getBytes(StandardCharsets.ISO_8859_1);
        try {
            if (!(ANY.fromJson(new String(own, StandardCharsets.UTF_8)) instanceof Map<?, ?> map)) {
                return null;
            }
            byte[] text = passed >= 0
                    ? latin.substring(passed + PASSED.length(), latin.length() - 1)
                            .getBytes(StandardCharsets.ISO_8859_1)
                    : String.valueOf(map.get("text")).getBytes(StandardCharsets.UTF_8);
            var labels = new HashMap<String, String>();
            if (map.get("labels") instanceof Map<?, ?> written) {
                written.forEach((k, v) -> labels.put(String.valueOf(k), String.valueOf(v)));
            }
            return new JsonRecord(
                    Instant.parse(String.valueOf(map.get("time"))),
                    String.valueOf(map.get("process")),
                    map.get("replica") instanceof Number n ? n.intValue() : 0,
                    map.get("instance") instanceof String i ? i : "",
                    "stderr".equals(map.get("stream")),
                    map.get("level") instanceof String l ? Level.parse(l).orElse(null) : null,
                    Map.copyOf(labels),
                    Boolean.TRUE.equals(map.get("partial")),
                    new String(text, StandardCharsets.ISO_8859_1));
        } catch (JsonException | IllegalStateException | DateTimeException none) {
            return null;
        }
    }

    byte[] text() {
        return data.getBytes(StandardCharsets.ISO_8859_1);
    }
}
