package dev.holdfast.schedule;

import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.config.ScheduleSpec.RetrySpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.schedule.Activity.Ending;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The life of a run: claimed, placed, launched, ended, tried again, told of. */
final class Runs {
    static final String NOT_ANY_MORE = "it is not to run any more";

    private final Supplier<InstanceId> ids;
    private final Consumer<Action> act;
    private final Places places = new Places();
    private final Map<InstanceId, Line> owners = new HashMap<>();
    private final Minor minor;
    private final Notices notices;
    private final Map<String, Line> lines;
    private final List<Line> moved = new ArrayList<>();
    private boolean closing;

    /** @param lines all, by name; looked into when a place is free */
    Runs(Map<String, Line> lines, Supplier<InstanceId> ids, Consumer<Action> act) {
        this.lines = lines;
        this.ids = ids;
        this.act = act;
        this.minor = new Minor(act);
        this.notices = new Notices(ids, act, minor);
    }

    Minor minor() {
        return minor;
    }

    boolean empty() {
        return owners.isEmpty() && minor.isEmpty();
    }

    @Nullable
    Line owner(InstanceId instance) {
        return owners.get(instance);
    }

    // ── due ──

    /** A run has come; what it does while another is not over, the schedule says. */
    void come(Line line, Run run, Now now) {
        if (line.idle()) {
            begin(line, run, now);
            return;
        }
        boolean waits = run.cause() == Run.Cause.CATCH_UP;
        switch (line.spec.overlap()) {
            case SKIP -> {
                if (waits) {
                    enqueue(line, run, line.spec.catchUpAtMost());
                } else {
                    leaveOut(run, "the last run is not over");
                }
            }
            case QUEUE -> enqueue(line, run, waits ? line.spec.catchUpAtMost() : line.spec.queueDepth());
            case REPLACE -> {
                if (waits) {
                    enqueue(line, run, line.spec.catchUpAtMost());
                } else {
                    replace(line, run, now);
                }
            }
        }
    }

    private void enqueue(Line line, Run run, int depth) {
        if (line.pending.size() < depth) {
            line.pending.addLast(run);
        } else {
            leaveOut(run, "as many as may are waiting already");
        }
    }

    private void replace(Line line, Run run, Now now) {
        line.pending.forEach(p -> leaveOut(p, "replaced by the next"));
        line.pending.clear();
        line.pending.addLast(run);
        end(line, Ending.REPLACED, now);
    }

    private void leaveOut(Run run, String why) {
        act.accept(new Action.LeftOut(run, Result.SKIPPED, why, 1));
    }

    private void begin(Line line, Run run, Now now) {
        if (line.spec.oneServer() && run.cause() != Run.Cause.BY_HAND && run.attempt() == 1) {
            line.activity = new Activity.Claiming(run);
            act.accept(new Action.Claim(run));
        } else {
            place(line, run, now);
        }
    }

    void claimed(Line line, Run run, boolean won, Now now) {
        if (won) {
            place(line, run, now);
        } else {
            line.activity = new Activity.Idle();
            next(line, now);
        }
    }

    private void place(Line line, Run run, Now now) {
        if (places.take(line.spec.group(), line.name)) {
            launch(line, run, now);
        } else {
            line.activity = new Activity.Waiting(run);
        }
    }

    private void launch(Line line, Run run, Now now) {
        InstanceId id = ids.get();
        owners.put(id, line);
        Duration timeout = line.spec.timeout();
        MonoTime until = timeout == null ? MonoTime.NEVER : now.mono().plus(timeout);
        line.activity = new Activity.Running(run, line.spec, id, now.wall(), until, null, false, null, null);
        act.accept(new Action.Launch(id, run, line.spec));
        if (run.attempt() == 1) {
            notices.ping(line.spec, "/start");
        }
    }

    void adopt(Line line, Run run, Stimulus.Adopt adopted, Now now) {
        owners.put(adopted.instance(), line);
        places.force(line.spec.group(), line.name);
        Duration timeout = line.spec.timeout();
        MonoTime until = timeout == null ? MonoTime.NEVER : now.mono().plus(timeout.minus(adopted.age()));
        var running = new Activity.Running(
                run, line.spec, adopted.instance(), now.wall().minus(adopted.age()), until, null, false, null, null);
        line.activity = running;
        if (!adopted.alive()) {
            exited(line, running, new Outcome.Unknown("ended while no daemon ran"), null, now);
        }
    }

    /** What an earlier daemon had promised and not begun; {@link #resume} goes on with it. */
    void recall(Line line, List<Owed> owed, Now now) {
        Last last = line.last;
        if (line.activity instanceof Activity.Running r && r.over() != null && last != null && last.isOf(r.run())) {
            owners.remove(r.instance()); // its end was told; its files were still there
            minor.dying(r.instance());
            line.activity = new Activity.Idle();
            places.leave(line.name);
        }
        for (Owed o : owed) {
            boolean begun = line.activity instanceof Activity.Running r
                    && r.run().id().equals(o.run().id());
            Instant at = o.notBefore();
            if (at != null && line.idle()) {
                line.activity = new Activity.Resting(o.run(), now.mono().plus(rest(line, o.run(), at, now)), at);
            } else if (!begun) {
                line.pending.addLast(o.run());
            }
        }
    }

    /** No longer than it was to take in all: the wall clock may have been set back. */
    private static Duration rest(Line line, Run next, Instant until, Now now) {
        Duration left = Duration.between(now.wall(), until);
        Duration longest = pause(line, next.id(), next.attempt() - 1);
        return left.isNegative() ? Duration.ZERO : left.compareTo(longest) < 0 ? left : longest;
    }

    /** Lets go on what was recalled, the oldest first, as it had asked for its place. */
    void resume(Collection<Line> all, Now now) {
        all.stream()
                .filter(l ->
                        l.activity instanceof Activity.Resting r && !now.mono().isBefore(r.until()))
                .sorted(Comparator.comparing(
                        l -> ((Activity.Resting) l.activity).run().due()))
                .toList()
                .forEach(l -> tick(l, now));
        all.stream()
                .filter(l -> l.activity instanceof Activity.Idle && !l.pending.isEmpty())
                .sorted(Comparator.comparing(l -> l.pending.getFirst().due()))
                .toList()
                .forEach(l -> next(l, now));
        all.stream().filter(Runs::replaced).forEach(l -> end(l, Ending.REPLACED, now));
    }

    // ── the configuration ──

    /** Their groups are others, or have another number of places; who waited longest still comes first. */
    void regroup(List<Line> all, Now now) {
        all.forEach(l -> places.leave(l.name));
        all.stream()
                .filter(l -> l.activity instanceof Activity.Running)
                .forEach(l -> places.force(l.spec.group(), l.name));
        all.stream()
                .filter(l -> l.activity instanceof Activity.Waiting)
                .sorted(Comparator.comparing(
                        l -> ((Activity.Waiting) l.activity).run().due()))
                .toList()
                .forEach(l -> place(l, ((Activity.Waiting) l.activity).run(), now));
        seat(now);
    }

    /** What waits behind the present run is not to be begun any more. */
    void forgetPending(Line line) {
        line.pending.forEach(p -> leaveOut(p, NOT_ANY_MORE));
        line.pending.clear();
    }

    // ── time ──

    void tick(Line line, Now now) {
        switch (line.activity) {
            case Activity.Resting r -> place(line, r.run(), now);
            case Activity.Running r -> {
                if (r.ending() == null) {
                    end(line, Ending.TIMEOUT, now);
                } else {
                    line.activity = r.beingKilled();
                    act.accept(new Action.Kill(r.instance()));
                }
            }
            case Activity.Idle _, Activity.Claiming _, Activity.Waiting _ -> {}
        }
    }

    /** Asks what the line is busy with to end; what has not begun simply does not. */
    void end(Line line, Ending why, Now now) {
        switch (line.activity) {
            case Activity.Idle _ -> {}
            case Activity.Claiming c -> abandon(line, c.run(), why, now);
            case Activity.Waiting w -> abandon(line, w.run(), why, now);
            case Activity.Resting r -> abandon(line, r.run(), why, now);
            case Activity.Running r -> {
                if (r.over() == null && (r.ending() == null || r.ending() == Ending.TIMEOUT)) {
                    boolean asked = r.ending() != null;
                    line.activity = asked
                            ? r // it is ending, and stays a timeout
                            : r.asked(why, now.mono().plus(r.spec().stop().timeout()));
                    if (!asked) {
                        act.accept(new Action.SendSignal(
                                r.instance(), r.spec().stop().signal()));
                    }
                }
            }
        }
    }

    /** As the kernel would, where it keeps limits; but it is asked first, as long as the host can bear that. */
    void overran(Line line, Activity.Running r, Kill limit, boolean atOnce, Now now) {
        if (r.killed()) {
            return;
        }
        Activity.Running passed = r.overran(limit);
        line.activity = passed;
        if (!atOnce) {
            end(line, Ending.LIMIT, now);
            return;
        }
        line.activity = (r.ending() == null ? passed.asked(Ending.LIMIT, MonoTime.NEVER) : passed).beingKilled();
        act.accept(new Action.Kill(r.instance()));
    }

    private void abandon(Line line, Run run, Ending why, Now now) {
        leaveOut(run, why == Ending.REPLACED ? "replaced by the next" : NOT_ANY_MORE);
        free(line, now);
    }

    // ── the end ──

    void launchFailed(Line line, Activity.Running r, String why, Now now) {
        owners.remove(r.instance());
        over(
                line,
                r,
                Result.FAILED,
                "could not be started: " + why,
                new Activity.Over(now.wall(), new Outcome.Unknown(why), null),
                now);
    }

    /** What its leader left behind goes with it: nothing of a run may be there when the next begins. */
    void exited(Line line, Activity.Running r, Outcome outcome, @Nullable Usage usage, Now now) {
        line.activity = r.beingKilled().ended(new Activity.Over(now.wall(), outcome, usage));
        act.accept(new Action.Kill(r.instance()));
    }

    void emptied(Line line, Activity.Running r, Now now) {
        owners.remove(r.instance());
        var over = r.over() != null
                ? r.over()
                : new Activity.Over(now.wall(), new Outcome.Unknown("its end was not seen"), null);
        over(line, r, Verdict.of(r, over.outcome()), Verdict.words(r, over), over, now);
    }

    private void over(Line line, Activity.Running r, Result result, String detail, Activity.Over over, Now now) {
        boolean again = result.failure()
                && !closing
                && !line.leaving
                && r.run().attempt() < line.spec.retry().maxAttempts()
                && !replaced(line);
        Usage usage = over.usage();
        Usage told = usage == null || r.limit() == null ? usage : usage.killedBy(r.limit());
        var ended = new Action.Ended(r.run(), result, !again, detail, r.started(), over.ended(), over.outcome(), told);
        line.last = Last.of(ended);
        act.accept(ended);
        if (again) {
            Duration pause = pause(line, r.run().id(), r.run().attempt());
            line.activity = new Activity.Resting(
                    r.run().again(), now.mono().plus(pause), now.wall().plus(pause));
            places.leave(line.name);
            seat(now);
            return;
        }
        conclude(line, ended, now);
        free(line, now);
    }

    /** The next one waits to take its place: a retry would only be replaced itself. */
    private static boolean replaced(Line line) {
        return line.spec.overlap() == ScheduleSpec.Overlap.REPLACE
                && line.pending.stream().anyMatch(p -> p.cause() != Run.Cause.CATCH_UP);
    }

    /** Doubles from attempt to attempt; the spread is the same whenever this is asked again. */
    private static Duration pause(Line line, String run, int failed) {
        RetrySpec retry = line.spec.retry();
        double nanos = Math.min(retry.initial().toNanos() * Math.pow(2, failed - 1), (double)
                retry.max().toNanos());
        long bits = Line.mix(run.hashCode() * 31L + failed);
        double spread = 1 + retry.jitter() * (2 * ((bits >>> 11) * 0x1.0p-53) - 1);
        return Duration.ofNanos((long) (nanos * spread));
    }

    private void conclude(Line line, Action.Ended ended, Now now) {
        if (ended.result() == Result.SUCCESS) {
            line.failures = 0;
            notices.ping(line.spec, "");
            notices.tell(line.spec, line.spec.onSuccess(), ended, now);
        } else if (ended.result().failure()) {
            line.failures++;
            notices.ping(line.spec, "/fail");
            notices.tell(line.spec, line.spec.onFailure(), ended, now);
            Integer most = line.spec.maxFailures();
            if (most != null && line.failures >= most && line.paused == null) {
                line.paused = line.failures + " runs in a row failed";
                act.accept(new Action.Paused(line.name, line.paused));
            }
        }
    }

    private void free(Line line, Now now) {
        line.activity = new Activity.Idle();
        places.leave(line.name);
        next(line, now);
        seat(now);
    }

    private void next(Line line, Now now) {
        Run waiting = line.pending.pollFirst();
        if (waiting != null) {
            begin(line, waiting, now);
        }
    }

    /** Lets those take places that have waited longest for them. */
    private void seat(Now now) {
        boolean seated = true;
        while (seated) {
            seated = false;
            for (String name : places.next()) {
                Line waiting = lines.get(name);
                if (waiting != null && waiting.activity instanceof Activity.Waiting(Run run)) {
                    place(waiting, run, now);
                    moved.add(waiting);
                    seated |= !(waiting.activity instanceof Activity.Waiting);
                }
            }
        }
    }

    /** Lines that something happened to because another one left its place; since this was asked last. */
    List<Line> moved() {
        var all = List.copyOf(moved);
        moved.clear();
        return all;
    }

    void close() {
        closing = true;
        notices.close();
    }
}
