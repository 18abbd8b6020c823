package dev.holdfast.ledger;

import dev.holdfast.event.Journal;
import dev.holdfast.schedule.Last;
import dev.holdfast.schedule.Memory;
import dev.holdfast.schedule.Owed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where schedules stand, in {@code schedules.jsonl} of the state directory: at most 8 MiB and one older file. No part of the
 * store, since a line must be there before the run it is about begins, without waiting for a disk. The loop's thread's own.
 */
final class Memories implements AutoCloseable {
    /** Before older lines go, what they alone say is written anew. */
    private static final int RENEWED_AFTER = 3 << 20; // characters, of a file that turns at 8 MiB

    private final Journal memories;
    private final Consumer<String> say;
    private final Map<String, Map<String, Object>> known = new HashMap<>();
    private int written;
    private boolean failing;

    Memories(Path state, Consumer<String> say) {
        this.memories = new Journal(state.resolve("schedules.jsonl"));
        this.say = say;
    }

    /** Of earlier daemons, by schedule. */
    Map<String, Memory> read() {
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
        boolean failed = failing;
        write(line);
        if (written > RENEWED_AFTER || (failed && !failing)) { // or what a full disk did not take can be written now
            List.copyOf(known.values()).forEach(this::write);
            written = 0;
        }
    }

    private void write(Map<String, Object> line) {
        try {
            memories.append(line);
            written += line.toString().length();
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                failing = true;
                say.accept("where schedules stand cannot be written: " + e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        try {
            memories.close();
        } catch (IOException e) {
            say.accept("where schedules stand: " + e.getMessage());
        }
    }
}
