package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the last audit of the host's configuration has found.
 *
 * @param at ISO 8601, when it began; null: none has ended yet
 * @param seconds that it took
 * @param every in seconds, from one audit to the next; null: only at the start, or asked for
 * @param line whether this host can be killed by its own configuration, in a sentence
 * @param programs that are here, with the files that were read
 */
@Json
public record FindingList(
        @Nullable String at,
        @Nullable Double seconds,
        @Nullable Double every,
        String line,
        List<FindingList.Entry> findings,
        FindingList.Total total,
        List<FindingList.Program> programs) {
    /**
     * Something that will break.
     *
     * @param severity note, warning or critical
     * @param sites as file:line, the one to be changed first
     * @param subject what it is about, such as a pool; may be empty
     * @param check the program's own checker, as a command; empty: there is none
     */
    @Json
    public record Entry(
            String rule,
            String severity,
            List<FindingList.Place> sites,
            String subject,
            String what,
            List<String> evidence,
            String why,
            String fix,
            List<FindingList.Change> edits,
            List<String> check) {}

    /** @param line from 1; 0: the file as a whole */
    @Json
    public record Place(String file, int line) {}

    /**
     * Lines of a file and what should be there instead.
     *
     * @param line of the first of them, from 1
     */
    @Json
    public record Change(String file, int line, List<String> before, List<String> after) {}

    /**
     * What all claims come to, in bytes.
     *
     * @param memory null: unknown
     * @param worst of what is bounded
     * @param rest what runs beside
     * @param unbounded who claims without a bound
     * @param unknown who claims what is not known, such as what an environment fills in; not in {@code worst}
     */
    @Json
    public record Total(
            @Nullable Long memory,
            @Nullable Long swap,
            long worst,
            long typical,
            long measured,
            long rest,
            boolean deadly,
            List<String> unbounded,
            List<String> unknown,
            List<FindingList.Claim> claims) {}

    /**
     * Memory that something may take, in bytes.
     *
     * @param worst null: nothing bounds it, or it is one of {@code unknown}
     * @param measured null: it does not run, or cannot be read
     */
    @Json
    public record Claim(
            String who,
            @Nullable Long worst,
            long typical,
            @Nullable Long measured,
            String arithmetic,
            List<FindingList.Place> sites) {}

    /** A program that is here. */
    @Json
    public record Program(String name, List<String> files) {}
}
