package dev.holdfast.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From cleanups as written to specs. */
record CleanupResolver(Problems problems, Binder binder) {
    private static final CleanupSection.FileMatch ANY =
            new CleanupSection.FileMatch(null, null, null, null, false, CleanupSpec.Age.MODIFIED, null);
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    CleanupSpec cleanup(String name, CleanupSection c, Node at) {
        var r = new Ranges(problems, binder, c, at);
        r.within("keepNewest", c.keepNewest(), 1, 100_000);
        r.within("retry", (Integer) c.retry(), 0, 100);
        Duration every = c.every();
        if (every != null && every.compareTo(SHORTEST) < 0) {
            r.add("every", dev.holdfast.unit.Durations.format(every), "is at least 1s");
        }
        if (every == null && c.retry() > 0) {
            problems.add(binder.at(c, "retry", at), "retry counts only with every: what is asked for is answered");
        }
        path(c, at);
        CleanupSection.FileMatch m = c.match() == null ? ANY : c.match();
        Node matchAt = binder.at(c, "match", at);
        match(m, matchAt);
        boolean bounded = m.olderThan() != null || m.largerThan() != null || c.keepNewest() != null;
        if (!bounded && !binder.broken(c) && !binder.broken(m)) {
            problems.add(
                    matchAt,
                    "this would delete whatever is there, however new: give older_than, larger_than or keep_newest"
                            + " (older_than: 0 if that is meant)");
        }
        return new CleanupSpec(
                name,
                c.path(),
                what(m.type()),
                m.name(),
                m.olderThan(),
                m.largerThan(),
                m.unused(),
                m.age(),
                m.maxDepth() == null ? Integer.MAX_VALUE : m.maxDepth(),
                c.keepNewest() == null ? 0 : c.keepNewest(),
                every,
                c.retry(),
                List.copyOf(c.alert()));
    }

    private void match(CleanupSection.FileMatch m, Node at) {
        var r = new Ranges(problems, binder, m, at);
        r.within("maxDepth", m.maxDepth(), 1, 1000);
        r.positive("largerThan", m.largerThan());
        String pattern = m.name();
        if (pattern != null && (pattern.isEmpty() || pattern.contains("/") || pattern.length() > 255)) {
            problems.add(binder.at(m, "name", at), "\"" + pattern + "\": it is a pattern of one name, such as *.tmp");
        }
        if (m.maxDepth() != null && m.type() != CleanupSection.FileType.FILE) {
            problems.add(
                    binder.at(m, "maxDepth", at),
                    "max_depth counts only with type: file; anything else lies directly in path");
        }
    }

    private void path(CleanupSection c, Node at) {
        Node where = binder.at(c, "path", at);
        String path = c.path();
        List<String> parts = List.of(path.split("/", -1));
        if (!path.startsWith("/") || parts.contains("..") || parts.contains(".")) {
            problems.add(where, "\"" + path + "\": path is absolute, without . and ..");
            return;
        }
        Optional<String> why = SystemDirectories.why(path);
        why.ifPresent(w -> problems.add(where, "\"" + path + "\": " + w));
    }

    private static CleanupSpec.What what(CleanupSection.@Nullable FileType type) {
        return switch (type) {
            case null -> CleanupSpec.What.ANYTHING;
            case FILE -> CleanupSpec.What.FILES;
            case DIRECTORY -> CleanupSpec.What.DIRECTORIES;
        };
    }
}
