package dev.holdfast.config;

import dev.holdfast.unit.Durations;
import dev.holdfast.unit.ServerAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** What {@code global.storage} means. Nothing of a server's address is repeated: it may hold a password. */
record StorageResolver(Problems problems, Binder binder) {
    private static final String FILE = "sqlite:";
    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(5);
    private static final Duration LONGEST_LEASE = Duration.ofHours(1);

    StorageSpec of(Document.@Nullable Storage s, Node at) {
        if (s == null) {
            return StorageSpec.DEFAULT;
        }
        var ranges = new Ranges(problems, binder, s, at);
        ranges.within("keepRuns", (Integer) s.keepRuns(), 1, 1_000_000);
        ranges.positive("keepFor", s.keepFor());
        if (s.lease().compareTo(SHORTEST_LEASE) < 0 || s.lease().compareTo(LONGEST_LEASE) > 0) {
            ranges.add("lease", Durations.format(s.lease()), "is 5s to 1h");
        }
        String url = s.url();
        String file = url != null && url.startsWith(FILE) ? url.substring(FILE.length()) : null;
        // libpq takes either.
        boolean isServer = url != null && (url.startsWith("postgresql://") || url.startsWith("postgres://"));
        String server = isServer ? url : null;
        Node where = binder.at(s, "url", at);
        if (file != null && (!file.startsWith("/") || file.endsWith("/") || file.contains("?"))) {
            problems.add(where, "\"" + url + "\": after sqlite: comes the absolute path of a file, without ?");
        } else if (server != null) {
            address(server, where);
        } else if (url != null && file == null) {
            problems.add(where, "a store is sqlite:FILE, or postgresql://USER@HOST/DATABASE");
        }
        return new StorageSpec(file, server, s.keepRuns(), s.keepFor(), s.lease());
    }

    private void address(String server, Node where) {
        try {
            ServerAddress.parse(server);
        } catch (IllegalArgumentException e) {
            problems.add(where, String.valueOf(e.getMessage()));
        }
    }
}
