package dev.holdfast.log;

import dev.holdfast.unit.Level;
import dev.holdfast.unit.Rate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done to a process's lines before they are stored or shown.
 *
 * @param minLevel lines that say a lower level are left out; null keeps all
 * @param joining null: each line stands for itself
 * @param redact RE2 patterns of what is taken out
 * @param rate how many lines of all replicas together may pass; null: all
 */
public record LineRules(
        @Nullable Level minLevel,
        @Nullable Joining joining,
        List<String> redact,
        @Nullable Rate rate) {
    /** Bytes stay bytes. */
    public static final LineRules NONE = new LineRules(null, null, List.of(), null);

    public LineRules {
        redact = List.copyOf(redact);
    }
}
