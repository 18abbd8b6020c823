package dev.holdfast.chronicle;

import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Journal;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import dev.holdfast.report.Facts;
import dev.holdfast.report.Facts.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Restarts, kills and their like out of the journal and the guard's history, as a report tells them. One thread's. */
public final class Past {
    private static final int MOST = 20_000;
    /** From the guard's deed to the end that it is the cause of: a grace of usual length, and then some. */
    private static final Duration FOLLOWS = Duration.ofMinutes(2);

    private final Instant from;
    private final Function<ReplicaId, String> names;
    /** The oldest first. */
    private final PriorityQueue<Facts.Happening> happenings =
            new PriorityQueue<>(Comparator.comparing(Facts.Happening::at));

    private final Map<String, List<Instant>> starts = new HashMap<>();
    /** Instances that were asked to end: how they end is no crash. */
    private final Set<InstanceId> asked = new HashSet<>();
    /** By who was killed, as the guard names them. */
    private final Map<String, List<Instant>> byGuard = new HashMap<>();

    /** By rule and pid, the last that was to be ended; it counts unless it turns out that nobody was signalled. */
    private final Map<String, Strike> struck = new LinkedHashMap<>();

    private long passedOver;
    /** Of the journal's first line, whenever that was; null: it has none. */
    private @Nullable Instant first;

    /** @param signalled null: nothing more was told of it, so it was; the kernel can refuse one of a tree, or for a while */
    private record Strike(
            Instant at,
            String deed,
            Map<String, Object> finding,
            @Nullable Boolean signalled) {
        Strike refused() {
            return signalled == null ? new Strike(at, deed, finding, false) : this;
        }

        Strike done() {
            return new Strike(at, deed, finding, true);
        }
    }

    private Past(Instant from, Function<ReplicaId, String> names) {
        this.from = from;
        this.names = names;
    }

    /** @param notes gets what cannot be read */
    public static Past read(Path state, Instant from, Function<ReplicaId, String> names, List<String> notes) {
        var past = new Past(from, names);
        try (var guard = new Journal(state.resolve("guard.jsonl"));
                var journal = new Journal(state.resolve("journal.jsonl"))) {
            guard.read(past::guard);
            past.struck.values().forEach(past::killed);
            journal.read(past::happened);
        } catch (IOException | UncheckedIOException e) { // the latter within a file
            notes.add("not all that happened can be read: " + e.getMessage());
        }
        if (past.passedOver > 0) {
            notes.add("of what happened the first " + past.passedOver + " are not counted: there is too much of it");
        }
        Instant first = past.first;
        if (first != null && first.isAfter(from)) {
            notes.add("restarts and kills before " + first + " are not known: the journal begins there");
        }
        return past;
    }

    public List<Facts.Happening> happenings() {
        return happenings.stream()
                .sorted(Comparator.comparing(Facts.Happening::at))
                .toList();
    }

    /** Of a replica, in order. */
    public List<Instant> starts(String name) {
        return List.copyOf(starts.getOrDefault(name, List.of()));
    }

    /** Null: it does not say, or is before the span. */
    private @Nullable Instant at(Map<String, Object> line) {
        Instant at = any(line);
        return at == null || at.isBefore(from) ? null : at;
    }

    private static @Nullable Instant any(Map<String, Object> line) {
        try {
            return Instant.parse(String.valueOf(line.get("at")));
        } catch (DateTimeException none) {
            return null;
        }
    }

    private void guard(Map<String, Object> f) {
        Instant at = at(f);
        String deed = Objects.toString(f.get("deed"), "");
        String kind = Objects.toString(f.get("kind"), "");
        if (at == null || Boolean.TRUE.equals(f.get("dry_run")) || (kind.equals("fired") && !deed.startsWith("kill"))) {
            return;
        }
        String matter = f.get("rule") + " " + f.get("pid");
        switch (kind) {
            case "cleared" -> struck.remove(matter); // it ended of itself before anybody did anything
            case "refused" -> struck.computeIfPresent(matter, (_, s) -> s.refused());
            case "escalated", "ended" -> struck.computeIfPresent(matter, (_, s) -> s.done());
            // The one before, of another with that pid.
            case "fired" -> killed(struck.put(matter, new Strike(at, deed, f, null)));
            default -> {} // spared, held back, or what another version tells
        }
    }

    private void killed(@Nullable Strike s) {
        if (s == null || Boolean.FALSE.equals(s.signalled)) {
            return;
        }
        Map<String, Object> f = s.finding;
        String process = Objects.toString(f.get("process"), "");
        byGuard.computeIfAbsent(process, _ -> new ArrayList<>()).add(s.at);
        String name = process.isEmpty()
                ? "pid " + (f.get("pid") instanceof Number n ? n.longValue() : 0) + " of " + f.get("user")
                : ReplicaId.parse(process).map(names).orElse(process);
        add(
                s.at,
                name,
                Reason.GUARD,
                "rule " + f.get("rule") + ": " + f.get("why") + ": " + s.deed + ": " + f.get("command"));
    }

    private void happened(Map<String, Object> line) {
        first = first == null ? any(line) : first;
        Instant at = at(line);
        if (at == null) {
            return;
        }
        if ("Restarting".equals(line.get("event"))) {
            ReplicaId.parse(String.valueOf(line.get("replica")))
                    .ifPresent(r -> add(at, names.apply(r), Reason.RESTART, "restarted"));
            return;
        }
        Recollection.of(line).ifPresent(this::happened);
    }

    private void happened(Event event) {
        String name = names.apply(event.replica());
        switch (event) {
            case Event.Started e ->
                starts.computeIfAbsent(name, _ -> new ArrayList<>()).add(e.at());
            case Event.Stopping e -> asked.add(e.instance());
            case Event.StartFailed e -> add(e.at(), name, Reason.START_FAILED, Words.of(e));
            case Event.GivenUp e -> add(e.at(), name, Reason.GIVEN_UP, Words.of(e));
            case Event.Unhealthy e -> add(e.at(), name, Reason.UNHEALTHY, Words.of(e));
            case Event.Exited e -> ended(e, name);
            case Event.Adopted _,
                    Event.Ready _,
                    Event.Presumed _,
                    Event.Killed _,
                    Event.Survived _,
                    Event.Restarting _,
                    Event.Completed _,
                    Event.MemoryHigh _,
                    Event.Scaled _,
                    Event.ScaleHeld _,
                    Event.HookFailed _,
                    Event.Breaker _,
                    Event.LogUnwritable _,
                    Event.LogWritable _ -> {}
        }
    }

    private void ended(Event.Exited e, String name) {
        boolean wanted = asked.remove(e.instance());
        Usage usage = e.usage();
        Kill kill = usage == null ? null : usage.kill();
        Reason reason = kill == null ? null : reason(kill.by());
        if (reason == null || reason == Reason.KILLED) {
            if (guarded(e)) {
                return; // told as the guard's
            }
            if (reason == null && (wanted || e.outcome().equals(new Outcome.Exited(0)))) {
                return;
            }
        }
        boolean own = kill != null && (kill.by() == Kill.By.OWN_LIMIT || kill.by() == Kill.By.WATCHED_MEMORY);
        String what = Words.of(e) + "; " + e.why();
        add(new Facts.Happening(e.at(), name, reason == null ? Reason.CRASH : reason, own, what));
    }

    private static Reason reason(Kill.By by) {
        return switch (by) {
            case OWN_LIMIT, INNER_LIMIT, HOST -> Reason.OOM;
            case WATCHED_MEMORY, WATCHED_PIDS -> Reason.LIMIT;
            case HOLDFAST -> Reason.KILLED;
        };
    }

    private boolean guarded(Event.Exited e) {
        List<Instant> kills = byGuard.getOrDefault(e.replica().toString(), List.of());
        return kills.stream()
                .filter(k -> !k.isAfter(e.at()) && k.plus(FOLLOWS).isAfter(e.at()))
                .findFirst()
                .map(kills::remove) // it is the cause of one end only
                .orElse(false);
    }

    private void add(Instant at, String name, Reason reason, String what) {
        add(new Facts.Happening(at, name, reason, what));
    }

    private void add(Facts.Happening h) {
        happenings.add(h);
        if (happenings.size() > MOST) { // the latest matter most
            happenings.remove();
            passedOver++;
        }
    }
}
