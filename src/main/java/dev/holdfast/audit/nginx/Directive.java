package dev.holdfast.audit.nginx;

import dev.holdfast.audit.Site;
import java.util.List;

/**
 * A directive, includes resolved.
 *
 * @param path names of the blocks around it, outermost first, such as {@code http/server}; empty: none
 * @param block tells the block around it from others with the same path; 0: none
 */
record Directive(String path, int block, String name, List<String> arguments, Site site) {
    Directive {
        arguments = List.copyOf(arguments);
    }

    String first() {
        return arguments.isEmpty() ? "" : arguments.getFirst();
    }
}
