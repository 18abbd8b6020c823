package dev.holdfast.daemon;

import dev.holdfast.api.Status;
import dev.holdfast.api.Why;
import dev.holdfast.chronicle.Words;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.ledger.History;
import dev.holdfast.schedule.Last;
import dev.holdfast.schedule.Result;
import dev.holdfast.schedule.ScheduleView;
import dev.holdfast.store.Attempt;
import dev.holdfast.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Views of schedules beside those of replicas, for {@code status} and {@code why}. Thread-safe. */
final class ScheduleReports {
    /** Of the history so much is looked through for failed attempts. */
    private static final int LOOKED_AT = 1000;
    /** Of so many the output is shown: 8 KiB each. */
    private static final int WITH_OUTPUT = 100;

    private static final Set<String> FAILURES = Stream.of(Result.FAILED, Result.TIMEOUT, Result.UNKNOWN)
            .map(Result::written)
            .collect(Collectors.toUnmodifiableSet());

    private final Daemon daemon;

    ScheduleReports(Daemon daemon) {
        this.daemon = daemon;
    }

    List<Status.Schedule> status(List<ScheduleView> views, Set<String> names) {
        return views.stream()
                .filter(v -> names.contains(v.name()))
                .map(this::schedule)
                .toList();
    }

    private Status.Schedule schedule(ScheduleView v) {
        Last last = v.last();
        return new Status.Schedule(
                v.name(),
                v.spec().timing().toString(),
                v.state(),
                text(v.next()),
                v.pending(),
                v.paused(),
                v.failures(),
                last == null ? null : last.started().toString(),
                last == null ? null : last.ended().toString(),
                last == null ? null : last.result().written(),
                last == null ? null : last.detail(),
                log(v).toString());
    }

    private static @Nullable String text(@Nullable Instant at) {
        return at == null ? null : at.toString();
    }

    private Path log(ScheduleView v) {
        return daemon.outputs.file(new ReplicaId(v.name(), 0));
    }

    /** @throws StoreException when the history cannot be read */
    Why why(ScheduleView v, int ends, int lines) throws StoreException {
        History runs = daemon.timetable.history();
        List<Attempt> all = runs.of(v.name(), LOOKED_AT, false);
        List<Attempt> latest = lines == 0 ? List.of() : runs.of(v.name(), WITH_OUTPUT, true);
        List<Why.End> failed = all.reversed().stream()
                .filter(r -> FAILURES.contains(r.result()))
                .limit(ends)
                .map(r -> end(withOutput(r, latest), lines))
                .toList();
        List<Why.Happening> history = all.subList(Math.max(0, all.size() - ends * 4), all.size()).stream()
                .map(r -> new Why.Happening(time(r), happening(r)))
                .toList();
        return new Why(
                List.of(new Why.Replica(
                        v.name(), now(v), null, failed, history, true, daemon.guard.told(v.name(), ends * 4))),
                null);
    }

    private static String now(ScheduleView v) {
        return v.state()
                + (v.paused() == null ? "" : ": " + v.paused())
                + (v.failures() == 0 ? "" : "; failed runs in a row: " + v.failures())
                + (v.pending() == 0 ? "" : "; runs that wait: " + v.pending());
    }

    private static Attempt withOutput(Attempt r, List<Attempt> latest) {
        return latest.stream()
                .filter(a -> a.run().equals(r.run()) && a.attempt() == r.attempt())
                .findFirst()
                .orElse(r);
    }

    private static String time(Attempt r) {
        return (r.ended() == null ? r.due() : r.ended()).toString();
    }

    private static Why.End end(Attempt r, int lines) {
        Duration took = r.took();
        return new Why.End(
                time(r),
                r.detail(),
                r.result() + ", attempt " + r.attempt() + " of the run due at " + r.due() + cause(r),
                took == null ? 0 : took.toMillis() / 1000.0,
                r.ending().cpuSeconds(),
                r.ending().peakBytes(),
                Objects.requireNonNullElse(CronControl.tail(r.output(), lines), List.of()));
    }

    private static String happening(Attempt r) {
        Duration took = r.took();
        return r.result() + ": " + r.detail() + (took == null ? "" : " after " + Words.of(took))
                + (r.attempt() > 1 ? ", attempt " + r.attempt() : "")
                + (r.times() > 1 ? ", " + r.times() + " times" : "") + cause(r);
    }

    private static String cause(Attempt r) {
        String cause = r.cause();
        return cause.equals("due") ? "" : ", " + cause.replace('_', ' ');
    }
}
