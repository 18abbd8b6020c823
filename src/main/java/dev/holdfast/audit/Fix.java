package dev.holdfast.audit;

import java.util.List;

/**
 * What would mend a finding.
 *
 * @param what in words, such as {@code set pm.max_children to 12}
 * @param edits none: only a person can do it
 * @param check the program's own checker, such as {@code php-fpm8.2 -t}; of Redis, which has none, a start that ends when
 *     the whole file is read; empty: there is none
 */
public record Fix(String what, List<Edit> edits, List<String> check) {
    public Fix {
        edits = List.copyOf(edits);
        check = List.copyOf(check);
    }

    public static Fix byHand(String what) {
        return new Fix(what, List.of(), List.of());
    }
}
