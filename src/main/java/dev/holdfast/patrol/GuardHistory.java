package dev.holdfast.patrol;

import dev.holdfast.event.Journal;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Suspect;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What the guard found and did, a line of JSON each in {@code STATE/guard.jsonl}, of 8 MiB and one older file. Not thread-safe. */
public final class GuardHistory implements AutoCloseable {
    private final Journal journal;

    /** @param state the state directory */
    public GuardHistory(Path state) {
        this.journal = new Journal(state.resolve("guard.jsonl"));
    }

    /** @throws IOException when it is not on disk */
    public void add(Finding f) throws IOException {
        journal.append(values(f));
    }

    /** A finding as JSON has it; what is unknown is left out. */
    public static Map<String, Object> values(Finding f) {
        var values = new LinkedHashMap<String, Object>();
        values.put("at", f.at().toString());
        values.put("kind", f.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
        values.put("rule", f.rule());
        Suspect s = f.suspect();
        if (s != null) {
            values.put("pid", s.ref().pid());
            values.put("start_ticks", s.ref().startTicks());
            values.put("parent", s.parent());
            values.put("state", String.valueOf(s.state()));
            values.put("command", s.command());
            values.put("user", s.user());
            if (!s.container().isEmpty()) {
                values.put("container", s.container());
            }
            if (!s.process().isEmpty()) {
                values.put("process", s.process());
            }
            if (!Double.isNaN(s.cpuPercent())) {
                values.put("cpu_percent", Math.round(s.cpuPercent() * 10) / 10.0);
            }
            values.put("memory_bytes", s.memoryBytes());
            values.put("runtime_seconds", s.runtimeSeconds());
        }
        values.put("why", f.why());
        values.put("deed", f.deed());
        if (!f.evidence().isEmpty()) {
            values.put("evidence", f.evidence());
        }
        if (f.dry()) {
            values.put("dry_run", true);
        }
        return values;
    }

    /** The last ones, oldest first; a daemon that writes meanwhile is no harm. */
    public List<Map<String, Object>> last(int most) throws IOException {
        return last(most, _ -> true);
    }

    /** The last of those that are wanted, oldest first. */
    public List<Map<String, Object>> last(int most, Predicate<Map<String, Object>> wanted) throws IOException {
        var last = new ArrayDeque<Map<String, Object>>();
        journal.read(line -> {
            if (!wanted.test(line)) {
                return;
            }
            last.addLast(line);
            if (last.size() > most) {
                last.removeFirst();
            }
        });
        return List.copyOf(last);
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
