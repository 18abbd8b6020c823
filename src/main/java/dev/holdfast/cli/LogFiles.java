package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which log files belong to which replicas, schedules and queues. */
final class LogFiles {
    private static final Pattern FILE = Pattern.compile("(.+)\\.(\\d{1,4})\\.log");

    private LogFiles() {}

    /** A replica's log, or a schedule's or queue's, which has the index 0. */
    record Found(String process, int index, String name, Path file) {}

    /** As the daemon says. */
    static List<Found> of(Status status) {
        var seen = new HashSet<String>();
        return Stream.of(
                        status.replicas().stream()
                                .filter(r -> !r.log().isEmpty())
                                .map(r -> new Found(r.process(), r.index(), r.name(), Path.of(r.log()))),
                        status.schedules().stream().map(s -> new Found(s.name(), 0, s.name(), Path.of(s.log()))),
                        status.queues().stream().map(q -> new Found(q.name(), 0, q.name(), Path.of(q.log()))))
                .flatMap(all -> all)
                .filter(f -> seen.add(f.file().toString()))
                .toList();
    }

    /**
     * As they lie in the directory, when nobody can be asked.
     *
     * @throws Client.NoDaemon the one given, when none lies there
     */
    static List<Found> in(Path directory, Client.NoDaemon because) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw because;
        }
        var found = new ArrayList<Found>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Matcher m = FILE.matcher(file.getFileName().toString());
                if (m.matches()) {
                    found.add(new Found(m.group(1), Integer.parseInt(m.group(2)), m.group(1), file));
                }
            }
        }
        if (found.isEmpty()) {
            throw because;
        }
        var several = found.stream().collect(Collectors.groupingBy(Found::process, Collectors.counting()));
        return found.stream()
                .map(f -> several.getOrDefault(f.process(), 0L) > 1
                        ? new Found(f.process(), f.index(), f.process() + "/" + f.index(), f.file())
                        : f)
                .sorted(Comparator.comparing(Found::process).thenComparingInt(Found::index))
                .toList();
    }

    /** Whether it may be read with the older ones beside it, or would be if it were there. */
    static boolean mayRead(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        return (Files.isReadable(file) || Files.notExists(file))
                && (directory == null || Files.isReadable(directory) || Files.notExists(directory));
    }

    /** Whether {@code wanted} is this process, or this replica of it. */
    static boolean matches(String wanted, Found found) {
        return wanted.equals(found.process())
                || wanted.equals(found.name())
                || wanted.equals(found.process() + "/" + found.index());
    }
}
