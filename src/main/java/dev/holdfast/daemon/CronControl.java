package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.CronDone;
import dev.holdfast.api.CronHistory;
import dev.holdfast.api.CronList;
import dev.holdfast.api.CronPort;
import dev.holdfast.api.Failure;
import dev.holdfast.api.Request;
import dev.holdfast.config.Problem;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.loop.OnLoop;
import dev.holdfast.schedule.Overlaps;
import dev.holdfast.schedule.ScheduleView;
import dev.holdfast.schedule.Stimulus;
import dev.holdfast.store.Attempt;
import dev.holdfast.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Answers what the API asks of schedules; everything that touches state is done on the loop's thread. */
final class CronControl implements CronPort {
    /** Of each schedule, for averages: enough to know it by, and read soon with thousands of them. */
    private static final int LATELY = 200;
    /** Of all schedules together: they are in the heap at once. */
    private static final int MOST = 10_000;

    private final Daemon daemon;
    private final OnLoop onLoop;

    CronControl(Daemon daemon, OnLoop onLoop) {
        this.daemon = daemon;
        this.onLoop = onLoop;
    }

    @Override
    public CronList list() throws Refused {
        List<ScheduleView> views = onLoop.call(() -> timetable().schedules().views());
        Map<String, List<Attempt>> history = lately();
        return new CronList(views.stream()
                .map(v -> entry(v, history.getOrDefault(v.name(), List.of())))
                .toList());
    }

    private static CronList.Entry entry(ScheduleView v, List<Attempt> runs) {
        List<Double> seconds = runs.stream()
                .map(Attempt::took)
                .filter(Objects::nonNull)
                .map(d -> d.toMillis() / 1000.0)
                .sorted()
                .toList();
        Attempt last = runs.isEmpty() ? null : runs.getLast();
        Instant next = v.next();
        return new CronList.Entry(
                v.name(),
                v.spec().timing().toString(),
                v.state(),
                next == null ? null : next.toString(),
                last == null ? null : text(last.started()),
                last == null ? null : last.result(),
                last == null ? null : last.detail(),
                seconds.isEmpty()
                        ? null
                        : (Double)
                                seconds.stream().mapToDouble(d -> d).average().orElse(0),
                seconds.isEmpty() ? null : seconds.get((seconds.size() * 95 - 1) / 100),
                seconds.size(),
                v.failures(),
                v.pending(),
                v.paused());
    }

    private static @Nullable String text(@Nullable Instant at) {
        return at == null ? null : at.toString();
    }

    @Override
    public List<String> next(String name, int most) throws Refused {
        ScheduleView view = view(name);
        var times = new ArrayList<String>();
        Instant at = view.next();
        Instant now = Instant.now();
        Duration offset = Duration.ZERO;
        Instant due = view.spec().timing().next(now);
        if (at != null && due != null) {
            offset = onLoop.call(() -> timetable().schedules().offset(name));
        }
        while (due != null && times.size() < Math.clamp(most, 1, 1000)) {
            times.add(due.plus(offset).toString());
            due = view.spec().timing().next(due);
        }
        return times;
    }

    @Override
    public CronDone run(String name, Request request, String by) throws Refused {
        view(name);
        var over = new CompletableFuture<Attempt>();
        String run = InstanceId.fresh().value();
        onLoop.call(() -> {
            ScheduleView now = view(name, timetable());
            if (now.running() != null && now.spec().overlap() == ScheduleSpec.Overlap.SKIP) {
                throw refused(409, name + " is " + now.state() + ", and its overlap is skip");
            }
            daemon.console.say(name + " is run by " + by);
            timetable().await(run, over::complete);
            timetable().apply(new Stimulus.RunNow(name, run));
            return true;
        });
        if (!request.await()) {
            return new CronDone(run, false, null, null);
        }
        try {
            Attempt line = request.timeoutMillis() <= 0
                    ? over.get()
                    : over.get(request.timeoutMillis(), TimeUnit.MILLISECONDS);
            return new CronDone(run, true, line.result(), line.detail());
        } catch (TimeoutException e) {
            return new CronDone(run, false, null, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new CronDone(run, false, null, null);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void pause(String name, boolean paused, String by) throws Refused {
        view(name);
        onLoop.call(() -> {
            if ((view(name, timetable()).paused() != null) == paused) {
                throw refused(409, name + (paused ? " is paused already" : " is not paused"));
            }
            timetable().apply(paused ? new Stimulus.Pause(name, "paused by " + by) : new Stimulus.Resume(name));
            return true;
        });
    }

    @Override
    public CronHistory history(String name, int most, int lines) throws Refused {
        view(name);
        try {
            return new CronHistory(timetable().history().of(name, Math.clamp(most, 1, 1000), lines > 0).stream()
                    .map(a -> attempt(a, lines))
                    .toList());
        } catch (StoreException e) {
            throw unreadable(e);
        }
    }

    private static CronHistory.Attempt attempt(Attempt a, int lines) {
        Duration took = a.took();
        Attempt.Ending e = a.ending();
        return new CronHistory.Attempt(
                a.run(),
                a.due().toString(),
                a.cause(),
                a.attempt(),
                text(a.started()),
                text(a.ended()),
                a.result(),
                a.resultClass(),
                a.detail(),
                e.exitCode(),
                e.signal(),
                took == null ? null : (Double) (took.toMillis() / 1000.0),
                e.cpuSeconds(),
                e.peakBytes(),
                e.readBytes(),
                e.writtenBytes(),
                a.times(),
                tail(a.output(), lines));
    }

    static @Nullable List<String> tail(@Nullable String output, int most) {
        if (output == null || most == 0) {
            return null;
        }
        List<String> all = output.isEmpty() ? List.of() : output.lines().toList();
        return all.subList(Math.max(0, all.size() - most), all.size());
    }

    @Override
    public List<String> overlaps() throws Refused {
        var known = new TreeMap<String, Overlaps.Load>();
        lately().forEach((name, runs) -> known.put(name, load(runs)));
        return Overlaps.of(timetable().specs(), known, Instant.now(), ZoneId.systemDefault())
                .text();
    }

    private static Overlaps.Load load(List<Attempt> runs) {
        double millis = runs.stream()
                .map(Attempt::took)
                .filter(Objects::nonNull)
                .mapToLong(Duration::toMillis)
                .average()
                .orElse(0);
        double cpu = runs.stream()
                .map(a -> a.ending().cpuSeconds())
                .filter(Objects::nonNull)
                .mapToDouble(d -> d)
                .average()
                .orElse(0);
        long peak = runs.stream()
                .map(a -> a.ending().peakBytes())
                .filter(Objects::nonNull)
                .mapToLong(n -> n)
                .max()
                .orElse(0);
        return new Overlaps.Load(Duration.ofMillis((long) millis), cpu, peak);
    }

    private Map<String, List<Attempt>> lately() throws Refused {
        try {
            Set<String> all = timetable().specs().keySet();
            return timetable().history().lately(all, Math.clamp(MOST / Math.max(1, all.size()), 1, LATELY));
        } catch (StoreException e) {
            throw unreadable(e);
        }
    }

    private static Refused unreadable(StoreException e) {
        return refused(500, "the history cannot be read: " + e.getMessage());
    }

    private Timetable timetable() {
        return daemon.timetable;
    }

    private ScheduleView view(String name) throws Refused {
        return onLoop.call(() -> view(name, timetable()));
    }

    private static ScheduleView view(String name, Timetable timetable) throws Refused {
        var found = timetable.schedules().view(name);
        if (found.isEmpty()) {
            throw refused(
                    404,
                    "\"" + name + "\" is no schedule here"
                            + Problem.hint(name, timetable.specs().keySet()));
        }
        return found.get();
    }

    private static Refused refused(int status, String why) {
        return new Refused(status, new Failure(why, List.of()));
    }
}
