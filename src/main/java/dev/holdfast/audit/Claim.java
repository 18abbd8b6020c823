package dev.holdfast.audit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory that something on the host may take by its configuration.
 *
 * @param who such as {@code php-fpm pool www}
 * @param worst bytes at most; {@link Long#MAX_VALUE}: nothing bounds it; {@link #NOT_KNOWN}
 * @param typical bytes under ordinary load
 * @param measured bytes that it has now, shared pages in parts (PSS); null: it does not run, or cannot be read
 * @param arithmetic how worst comes about, such as {@code 20 children × 128 MiB}
 * @param sites where that is written
 */
public record Claim(
        String who, long worst, long typical, @Nullable Long measured, String arithmetic, List<Site> sites) {
    /** What bounds it is decided where its configuration does not say, such as by an environment. */
    public static final long NOT_KNOWN = -1;

    public Claim {
        sites = List.copyOf(sites);
    }
}
