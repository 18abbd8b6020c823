package dev.holdfast.crontab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The keys of one schedule as they are gathered, values as the configuration writes them. */
final class Keys {
    /** Dotted keys in the order in which they are written. */
    final Map<String, String> plain = new LinkedHashMap<>();

    final Map<String, String> env = new TreeMap<>();
    final List<String> remarks = new ArrayList<>();

    /** A whole command line; null: {@link #argv} is it. */
    @Nullable
    String shell;

    List<String> argv = List.of();

    void put(String key, String value) {
        plain.put(key, value);
    }

    void remark(String text) {
        remarks.add(text);
    }
}
