package dev.holdfast.daemon;

import dev.holdfast.event.Journal;
import dev.holdfast.schedule.Last;
import dev.holdfast.schedule.Memory;
import dev.holdfast.schedule.Owed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What schedules did and where they stand, in two files of the state directory. Each is bounded: 8 MiB and one older file.
 * Writing is the loop's thread's own; reading is anybody's.
 */
final class History implements AutoCloseable {
    /** Before older lines go, what they alone say is written anew. */
    private static final int RENEWED_AFTER = 20_000;

    private final Path runsFile;
    private final Journal runs;
    private final Journal memories;
    private final Consumer<String> say;
    private final Map<String, Map<String, Object>> known = new HashMap<>();
    private int written;
    private boolean failing;

    History(Path state, Consumer<String> say) {
        this.runsFile = state.resolve("runs.jsonl");
        this.runs = new Journal(runsFile);
        this.memories = new Journal(state.resolve("schedules.jsonl"));
        this.say = say;
    }

    /** Of earlier daemons, by schedule. */
    Map<String, Memory> memories() {
        var all = new HashMap<String, Memory>();
        try {
            memories.read(m -> {
                if (m.get("schedule") instanceof String schedule
                        && m.get("considered") instanceof String considered
                        && m.get("timing") instanceof String timing
                        && m.get("failures") instanceof Number failures) {
                    try {
                        all.put(
                                schedule,
                                new Memory(
                                        Instant.parse(considered),
                                        timing,
                                        m.get("paused") instanceof String paused ? paused : null,
                                        failures.intValue(),
                                        m.get("boot") instanceof String boot ? boot : "",
                                        owed(schedule, m.get("owed")),
                                        m.get("last") instanceof String last
                                                ? Last.read(last).orElse(null)
                                                : null));
                    } catch (DateTimeParseException damaged) {
                        all.remove(schedule); // as if it were new
                    }
                }
            });
        } catch (IOException e) {
            say.accept("what schedules had done cannot be read, they begin anew: " + e.getMessage());
        }
        return all;
    }

    private static List<Owed> owed(String schedule, @Nullable Object written) {
        return written instanceof List<?> all
                ? all.stream()
                        .map(o -> Owed.read(schedule, String.valueOf(o)))
                        .flatMap(Optional::stream)
                        .toList()
                : List.of();
    }

    void remember(String schedule, Memory m) {
        var line = new LinkedHashMap<String, Object>();
        line.put("schedule", schedule);
        line.put("considered", m.considered().toString());
        line.put("timing", m.timing());
        line.put("failures", m.failures());
        line.put("boot", m.boot());
        String paused = m.paused();
        if (paused != null) {
            line.put("paused", paused);
        }
        if (!m.owed().isEmpty()) {
            line.put("owed", m.owed().stream().map(Owed::written).toList());
        }
        Last last = m.last();
        if (last != null) {
            line.put("last", last.written());
        }
        known.put(schedule, line);
        write(memories, line);
        if (++written > RENEWED_AFTER) {
            written = 0;
            List.copyOf(known.values()).forEach(k -> write(memories, k));
        }
    }

    void add(RunLine line) {
        write(runs, line.values());
    }

    private void write(Journal journal, Map<String, Object> line) {
        try {
            journal.append(line);
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                failing = true;
                say.accept("the history of schedules cannot be written: " + e.getMessage());
            }
        }
    }

    /** The last lines of one schedule, the latest last. */
    List<RunLine> of(String schedule, int most) throws IOException {
        Deque<RunLine> last = new ArrayDeque<>();
        new Journal(runsFile).read(m -> {
            RunLine line = schedule.equals(m.get("schedule")) ? RunLine.of(m) : null;
            if (line != null) {
                last.addLast(line);
                if (last.size() > most) {
                    last.removeFirst();
                }
            }
        });
        return List.copyOf(last);
    }

    /** All attempts that ended, by schedule. */
    Map<String, List<RunLine>> all() throws IOException {
        var all = new TreeMap<String, List<RunLine>>();
        new Journal(runsFile).read(m -> {
            RunLine line = RunLine.of(m);
            if (line != null && line.started() != null) {
                all.computeIfAbsent(line.schedule(), k -> new ArrayList<>()).add(line);
            }
        });
        return all;
    }

    @Override
    public void close() {
        try {
            runs.close();
            memories.close();
        } catch (IOException e) {
            say.accept("the history of schedules: " + e.getMessage());
        }
    }
}
