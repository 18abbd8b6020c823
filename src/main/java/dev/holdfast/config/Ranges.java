package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Ranges of one section's keys; a null is a key that was not given. */
record Ranges(Problems problems, Binder binder, Object section, Node otherwise) {
    void within(String component, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            add(component, value.toString(), "is " + least + " to " + most);
        }
    }

    void within(String component, double value, int least, int most) {
        if (value < least || value > most) {
            add(component, Double.toString(value), "is " + least + " to " + most);
        }
    }

    /** Permission bits, which people write and read in octal. */
    void mode(String component, Octal value) {
        if (value.bits() > 0777) {
            add(component, "0" + Integer.toOctalString(value.bits()), "is 0 to 0777, octal");
        }
    }

    void positive(String component, @Nullable Duration value) {
        if (value != null && !value.isPositive()) {
            add(component, Durations.format(value), "is more than 0");
        }
    }

    void positive(String component, @Nullable ByteSize value) {
        if (value != null && value.bytes() == 0) {
            add(component, value.toString(), "is more than 0");
        }
    }

    void absolute(String component, @Nullable String path) {
        if (path != null && !path.startsWith("/")) {
            add(component, path, "is an absolute path, beginning with /");
        }
    }

    /** The value as it is written, where the file says it itself, and the key. */
    void add(String component, String value, String what) {
        boolean plain = binder.written(section, component) instanceof ScalarNode s
                && !s.getValue().contains("$");
        Node at = binder.at(section, component, otherwise);
        String written = plain && at instanceof ScalarNode s ? s.getValue() : value;
        problems.add(at, "\"" + written + "\": " + Binder.key(section.getClass(), component) + " " + what);
    }
}
