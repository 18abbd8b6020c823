package dev.holdfast.log;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whose lines they are.
 *
 * @param process the configured name
 * @param replica counted from 0
 * @param labels what the configuration says of its lines
 */
public record Source(String process, int replica, SortedMap<String, String> labels) {
    public Source {
        labels = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** Labels none. */
    public Source(String process, int replica) {
        this(process, replica, new TreeMap<>());
    }

    /** Tags as they follow a record's F or P, each {@code :KEY=VALUE}, what is special as {@code %XX}. */
    String tags(String instance) {
        var tags = new StringBuilder();
        tag(tags, "instance", instance);
        tag(tags, "process", process);
        tag(tags, "replica", Integer.toString(replica));
        for (Map.Entry<String, String> l : labels.entrySet()) {
            tag(tags, "label." + l.getKey(), l.getValue());
        }
        return tags.toString();
    }

    private static void tag(StringBuilder tags, String key, String value) {
        tags.append(':');
        escape(tags, key);
        tags.append('=');
        escape(tags, value);
    }

    private static void escape(StringBuilder to, String text) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7f && b != ':' && b != '=' && b != '%') {
                to.append((char) b);
            } else {
                to.append('%').append("%02x".formatted(b & 0xff));
            }
        }
    }
}
