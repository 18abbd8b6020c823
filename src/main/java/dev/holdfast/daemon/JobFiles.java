package dev.holdfast.daemon;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.QueueSpec.WorkdirSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.job.Job;
import dev.holdfast.loop.Loop;
import dev.holdfast.queue.Stimulus;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.workdir.Delivery;
import dev.holdfast.workdir.Glob;
import dev.holdfast.workdir.Measured;
import dev.holdfast.workdir.Owner;
import dev.holdfast.workdir.Place;
import dev.holdfast.workdir.Remains;
import dev.holdfast.workdir.Swept;
import dev.holdfast.workdir.Workdirs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work directories of jobs: each piece of work on one of few threads, answered as a stimulus. They are the system's: what
 * they do are system calls, which would hold the carriers that checks and webhooks need. Methods are called on the loop's
 * thread and return at once.
 */
final class JobFiles implements AutoCloseable {
    private static final int THREADS = 8;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    /** Results that lie where they were made are swept away by nobody. */
    private static final String KEPT = "-kept";

    private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(
            THREADS, Thread.ofPlatform().daemon().name("holdfast-files-", 0).factory());

    private final Path usual;

    private final String host;
    private final Consumer<Stimulus> answer;
    private final Consumer<String> say;
    /** By the path of their base; opened when first used. */
    private final Map<String, Workdirs> bases = new HashMap<>();
    /** Those that somebody still sees to; what is not here may be swept away. */
    private final Map<InstanceId, Spot> spots = new ConcurrentHashMap<>();

    private final Set<InstanceId> measured = ConcurrentHashMap.newKeySet();
    /** What sweeps are about to remove; guarded by itself. */
    private final Set<Place> sweeping = new HashSet<>();

    private volatile boolean hurried;
    private volatile boolean closed;

    /** @param inherited of an earlier daemon, which may have died in the middle of a delivery */
    private record Spot(String base, Place place, boolean inherited) {}

    /**
     * @param usual directory of those that say no other
     * @param host keeps daemons apart that were told the same directory
     * @param answer takes what came of it, on any thread
     */
    JobFiles(Path usual, String host, Consumer<Stimulus> answer, Consumer<String> say) {
        this.usual = usual;
        this.host = host;
        this.answer = answer;
        this.say = say;
        threads.setKeepAliveTime(IDLE.toSeconds(), TimeUnit.SECONDS);
        threads.allowCoreThreadTimeOut(true);
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private static Place place(Job job) {
        return new Place(job.queue(), job.id(), job.attempt());
    }

    private String base(WorkdirSpec spec) {
        String path = spec.path();
        String base = path == null ? usual.toString() : path + "/" + host;
        return spec.ephemeral() ? base : base + KEPT;
    }

    private Workdirs workdirs(String base) throws IOException {
        synchronized (bases) {
            Workdirs w = bases.get(base);
            if (w == null) {
                w = Workdirs.open(base);
                bases.put(base, w);
            }
            return w;
        }
    }

    private void aside(Runnable work, Consumer<String> failed) {
        after(Duration.ZERO, work, failed);
    }

    /** @param failed told, in words, what else would never be answered */
    private void after(Duration pause, Runnable work, Consumer<String> failed) {
        try {
            var _ = threads.schedule(
                    () -> {
                        try {
                            work.run();
                        } catch (RuntimeException | Error bug) {
                            failed.accept("a bug: " + bug);
                        }
                    },
                    pause.toNanos(),
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException atTheEnd) {
            failed.accept("the daemon ends");
        } catch (OutOfMemoryError noThread) { // a full heap ends the daemon (ExitOnOutOfMemoryError)
            failed.accept("no more threads can be made");
        }
    }

    void prepare(InstanceId id, Job job, WorkdirSpec spec, Owner owner) {
        var spot = new Spot(base(spec), place(job), false);
        spots.put(id, spot); // before it is there: else it could be swept away
        Consumer<String> failed = why -> answer.accept(new Stimulus.NotPrepared(id, why));
        aside(() -> prepare(id, spot, spec, owner, failed), failed);
    }

    private void prepare(InstanceId id, Spot spot, WorkdirSpec spec, Owner owner, Consumer<String> failed) {
        if (busy(id, spot.place)) {
            after(LOOK_AGAIN, () -> prepare(id, spot, spec, owner, failed), failed);
            return;
        }
        try {
            Workdirs w = workdirs(spot.base);
            w.remove(spot.place); // of an attempt that was given back, say
            answer.accept(new Stimulus.Prepared(id, w.make(spot.place, spec.mode(), owner)));
        } catch (IOException e) {
            failed.accept(String.valueOf(e.getMessage()));
        }
    }

    /** Whether another attempt of the same number is still being cleaned up after, or a sweep has it in hand. */
    private boolean busy(InstanceId id, Place place) {
        synchronized (sweeping) {
            return sweeping.contains(place)
                    || spots.entrySet().stream()
                            .anyMatch(e ->
                                    !e.getKey().equals(id) && e.getValue().place.equals(place));
        }
    }

    /** An attempt of an earlier daemon has one: there, wherever they are made by now. */
    void adopted(InstanceId id, Job job, String workdir) {
        Path queue = Path.of(workdir).getParent();
        Path base = queue == null ? null : queue.getParent();
        spots.put(id, new Spot(String.valueOf(base == null ? usual : base), place(job), true));
    }

    /** Tells when there is too much in it, until {@link #clean}. */
    void watch(InstanceId id, Job job, @Nullable QueueSpec queue) {
        WorkdirSpec spec = queue == null ? null : queue.workdir();
        Spot spot = spots.get(id);
        if (spec == null || spec.maxSize() == null || spot == null || !measured.add(id)) {
            return;
        }
        long most = spec.maxSize().bytes();
        measure(id, spot, most, Duration.ZERO, false);
    }

    private void measure(InstanceId id, Spot spot, long most, Duration pause, boolean told) {
        after(pause, () -> measureNow(id, spot, most, told), why -> {
            measured.remove(id);
            if (!closed) {
                say.accept("the work directory of job " + spot.place.job() + " is not measured: " + why);
            }
        });
    }

    private void measureNow(InstanceId id, Spot spot, long most, boolean toldBefore) {
        MonoTime begun = Loop.now().mono();
        String lacks = "";
        try {
            Measured m = workdirs(spot.base).measure(spot.place, most, () -> !measured.contains(id) || closed);
            if (m.bytes() > most) {
                answer.accept(new Stimulus.TooLarge(id, m.bytes()));
                return;
            }
            lacks = m.lacks();
        } catch (IOException e) {
            lacks = String.valueOf(e.getMessage());
        }
        if (!measured.contains(id) || closed) {
            return;
        }
        if (!lacks.isEmpty() && !toldBefore) {
            say.accept("the work directory of job " + spot.place.job() + " cannot be measured whole: " + lacks);
        }
        MonoTime now = Loop.now().mono();
        measure(id, spot, most, Measured.again(begun, now).since(now), toldBefore || !lacks.isEmpty());
    }

    /** @param sureUntil on any thread: from then on it is given up, for another host may have the job by now */
    void deliver(InstanceId id, Owner owner, String files, String to, Supplier<MonoTime> sureUntil) {
        Spot spot = spots.get(id);
        if (spot == null) {
            answer.accept(new Stimulus.NotDelivered(id, "it has no work directory"));
            return;
        }
        Consumer<String> failed = why -> answer.accept(new Stimulus.NotDelivered(id, why));
        BooleanSupplier givenUp = () -> hurried || closed || !Loop.now().mono().isBefore(sureUntil.get());
        aside(
                () -> {
                    try {
                        Delivery d = workdirs(spot.base).deliver(spot.place, owner, Glob.of(files), to, givenUp);
                        answer.accept(
                                switch (d) {
                                    case Delivery.Done _ -> new Stimulus.Delivered(id);
                                    case Delivery.Failed(String why) -> new Stimulus.NotDelivered(id, why);
                                });
                    } catch (IOException | IllegalArgumentException e) {
                        failed.accept(String.valueOf(e.getMessage()));
                    }
                },
                failed);
    }

    /** What is being delivered is given up. */
    void hurry() {
        hurried = true;
    }

    /** @param keep it stays where it is */
    void clean(InstanceId id, Job job, boolean keep) {
        measured.remove(id);
        Spot spot = spots.get(id);
        if (keep || spot == null) {
            spots.remove(id);
            answer.accept(new Stimulus.Cleaned(id));
            return;
        }
        Runnable gone = () -> {
            synchronized (sweeping) {
                spots.remove(id); // what is left is the sweeper's
            }
            answer.accept(new Stimulus.Cleaned(id));
        };
        aside(
                () -> {
                    try {
                        Remains left = workdirs(spot.base).remove(spot.place);
                        if (spot.inherited) {
                            workdirs(spot.base).sweep(p -> !p.equals(spot.place)); // what a delivery had begun
                        }
                        if (!left.none()) {
                            say.accept("the work directory of job " + job.id() + " is not all gone: " + left.words());
                        }
                    } catch (IOException e) {
                        say.accept("the work directory of job " + job.id() + " is not gone: " + e.getMessage());
                    }
                    gone.run();
                },
                _ -> gone.run());
    }

    /**
     * Removes what nobody sees to any more.
     *
     * @param specs of all queues that there are
     */
    void sweep(Collection<QueueSpec> specs) {
        Consumer<String> failed = why -> say.accept("directories of jobs that are gone stay for now: " + why);
        specs.stream()
                .map(QueueSpec::workdir)
                .filter(w -> w != null && w.ephemeral())
                .map(this::base)
                .distinct()
                .forEach(base -> aside(() -> sweep(base, failed), failed));
    }

    private void sweep(String base, Consumer<String> failed) {
        var inHand = new HashSet<Place>();
        try {
            Swept swept = workdirs(base).sweep(p -> closed || !taken(p, inHand));
            if (swept.removed() > 0) {
                say.accept(swept.removed() + " directories of jobs that are gone were removed from " + base);
            }
            swept.problems().forEach(p -> say.accept("a directory of a job that is gone stays: " + p));
        } catch (IOException e) {
            failed.accept(String.valueOf(e.getMessage()));
        } finally {
            synchronized (sweeping) {
                sweeping.removeAll(inHand);
            }
        }
    }

    /** @return false when somebody sees to it; else nobody makes it anew until the sweep is over */
    private boolean taken(Place place, Set<Place> inHand) {
        synchronized (sweeping) {
            if (spots.values().stream().anyMatch(s -> s.place.equals(place))) {
                return false;
            }
            inHand.add(place);
            sweeping.add(place);
            return true;
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        synchronized (bases) {
            bases.values().forEach(Workdirs::close);
            bases.clear();
        }
    }
}
