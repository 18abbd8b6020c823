package dev.holdfast.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * When steps to recover were done, so that a daemon that dies does not begin to count anew. A small file of the state
 * directory: a step a line. One thread's.
 */
final class RecoverLog {
    private static final int MOST = 2000;

    private final Path file;
    private final Consumer<String> warn;
    private final Deque<Done> all = new ArrayDeque<>();

    /** @param of whose step, such as {@code probe.website} */
    record Done(String of, int index, Instant at) {}

    RecoverLog(Path state, Consumer<String> warn) {
        this.file = state.resolve("recover");
        this.warn = warn;
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                String[] parts = line.split(" ", -1);
                if (parts.length == 3 && parts[0].matches("\\d{1,15}") && parts[1].matches("\\d{1,4}")) {
                    all.add(new Done(
                            parts[2], Integer.parseInt(parts[1]), Instant.ofEpochMilli(Long.parseLong(parts[0]))));
                }
            }
        } catch (NoSuchFileException none) {
            return;
        } catch (IOException e) {
            warn.accept("how often steps to recover were done is not known: " + e.getMessage());
        }
    }

    /** How long ago each was; what lies ahead, after the clock was set, is now. */
    List<Duration> ages(String of, int index, Instant now) {
        var ages = new ArrayList<Duration>();
        for (Done d : all) {
            if (d.of.equals(of) && d.index == index) {
                Duration age = Duration.between(d.at, now);
                ages.add(age.isNegative() ? Duration.ZERO : age);
            }
        }
        return ages;
    }

    void done(String of, int index, Instant at) {
        all.add(new Done(of, index, at));
        while (all.size() > MOST) {
            all.remove();
        }
        var text = new StringBuilder();
        all.forEach(d -> text.append(d.at.toEpochMilli())
                .append(' ')
                .append(d.index)
                .append(' ')
                .append(d.of)
                .append('\n'));
        try {
            Path fresh = file.resolveSibling("recover.new");
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            warn.accept("that a step to recover was done is not kept: " + e.getMessage());
        }
    }
}
