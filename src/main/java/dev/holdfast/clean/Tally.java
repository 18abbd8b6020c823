package dev.holdfast.clean;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a cleanup has done so far, kept in a small file of the state directory.
 *
 * @param runs that were begun, dry ones not
 * @param failures of them
 * @param count of items that were deleted
 * @param entries of files and directories
 * @param bytes that were freed
 * @param last null: none yet
 */
public record Tally(
        long runs,
        long failures,
        long count,
        long entries,
        long bytes,
        @Nullable Last last) {
    /** Of one that has never run. */
    public static final Tally NONE = new Tally(0, 0, 0, 0, 0, null);

    /**
     * The last one.
     *
     * @param problem the first; null: none
     */
    public record Last(
            Instant begun,
            Duration took,
            long count,
            long bytes,
            @Nullable String problem) {}

    /** With one more. */
    public Tally and(Cleaned c, Duration took) {
        String problem = c.done() ? null : c.problems().getFirst().replaceAll("\\R", " ");
        return new Tally(
                runs + 1,
                failures + (c.done() ? 0 : 1),
                count + c.count(),
                entries + c.entries(),
                bytes + c.bytes(),
                new Last(c.begun(), took, c.count(), c.bytes(), problem));
    }

    private static Path file(Path state, String name) {
        return state.resolve("cleanup").resolve(name);
    }

    /** What is kept of it; of a damaged file nothing. */
    public static Tally read(Path state, String name) {
        var values = new HashMap<String, String>();
        try {
            for (String line : Files.readAllLines(file(state, name), StandardCharsets.UTF_8)) {
                int at = line.indexOf('=');
                if (at > 0) {
                    values.put(line.substring(0, at), line.substring(at + 1));
                }
            }
            return new Tally(
                    number(values, "runs"),
                    number(values, "failures"),
                    number(values, "count"),
                    number(values, "entries"),
                    number(values, "bytes"),
                    last(values));
        } catch (NoSuchFileException none) {
            return NONE;
        } catch (IOException | NumberFormatException | DateTimeException damaged) {
            return NONE;
        }
    }

    private static long number(Map<String, String> values, String key) {
        return Long.parseLong(values.getOrDefault(key, ""));
    }

    private static @Nullable Last last(Map<String, String> values) {
        String begun = values.get("last.begun");
        return begun == null
                ? null
                : new Last(
                        Instant.parse(begun),
                        Duration.ofMillis(number(values, "last.millis")),
                        number(values, "last.count"),
                        number(values, "last.bytes"),
                        values.get("last.problem"));
    }

    /** Keeps it. */
    public void write(Path state, String name) throws IOException {
        var text = new StringBuilder();
        text.append("runs=").append(runs).append("\nfailures=").append(failures);
        text.append("\ncount=").append(count).append("\nentries=").append(entries);
        text.append("\nbytes=").append(bytes).append('\n');
        Last l = last;
        if (l != null) {
            text.append("last.begun=")
                    .append(l.begun())
                    .append("\nlast.millis=")
                    .append(l.took().toMillis());
            text.append("\nlast.count=")
                    .append(l.count())
                    .append("\nlast.bytes=")
                    .append(l.bytes())
                    .append('\n');
            text.append(l.problem() == null ? "" : "last.problem=" + l.problem() + "\n");
        }
        Path file = file(state, name);
        Files.createDirectories(file.getParent());
        Path fresh = file.resolveSibling("." + name + ".new");
        Files.write(fresh, text.toString().getBytes(StandardCharsets.UTF_8));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
