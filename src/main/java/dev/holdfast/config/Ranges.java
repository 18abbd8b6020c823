package dev.holdfast.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Ranges of one section's keys; a null is a key that was not given. */
record Ranges(Problems problems, Binder binder, Object section, Node otherwise) {
    void within(String component, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            add(component, "\"" + value + "\": it is " + least + " to " + most);
        }
    }

    void positive(String component, @Nullable Duration value) {
        if (value != null && !value.isPositive()) {
            add(component, "it is more than 0");
        }
    }

    void absolute(String component, @Nullable String path) {
        if (path != null && !path.startsWith("/")) {
            add(component, "\"" + path + "\": the path is absolute, beginning with /");
        }
    }

    private void add(String component, String what) {
        problems.add(binder.at(section, component, otherwise), what);
    }
}
