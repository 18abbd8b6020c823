package dev.holdfast.daemon;

import dev.holdfast.chronicle.Words;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.probe.ProbeView;
import dev.holdfast.probe.Sample;
import dev.holdfast.scale.CpuMean;
import dev.holdfast.scale.Crew;
import dev.holdfast.scale.Figure;
import dev.holdfast.scale.Memory;
import dev.holdfast.store.Jobs;
import dev.holdfast.supervise.ReplicaView;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Percent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What is seen of replicas, queues, probes and memory before it is decided how many there are to be; pure. */
final class ScaleSight {
    static final Duration LOOK = Duration.ofSeconds(5);
    /** What was sampled is known for so long. */
    static final Duration FRESH = Duration.ofSeconds(30);

    private ScaleSight() {}

    /** @param stopped names of processes and replicas that people have stopped */
    static Crew crew(ProcessSpec spec, List<ReplicaView> views, Set<String> stopped, MonoTime now) {
        String moving = null;
        String ill = null;
        String down = stopped.contains(spec.name()) ? spec.name() : null;
        for (ReplicaView v : views) {
            if (v.id().index() >= spec.replicas()) {
                continue; // on its way out
            }
            String name = v.id().toString();
            switch (v.state()) {
                case "up", "unhealthy" -> {
                    Duration since = now.since(v.since().mono());
                    if (v.failures() > 0 && since.compareTo(spec.restart().resetAfter()) < 0) {
                        ill = name + " has failed just now";
                    }
                }
                case "backoff" -> {
                    if (v.failures() > 0) {
                        ill = name + " does not stay up";
                    } else {
                        moving = name + " pauses before it starts again";
                    }
                }
                case "failed" -> ill = name + " was given up";
                case "completed" -> ill = name + " has ended";
                case "down" -> {
                    if (!v.wantedUp()) {
                        down = down == null ? name : down;
                    } else {
                        moving = name + " is about to start";
                    }
                }
                case "waiting" -> moving = name + " waits " + v.detail();
                default -> moving = name + " is " + v.state();
            }
        }
        return new Crew(spec.replicas(), moving, ill, down);
    }

    /** What a store answered. */
    static Figure length(String queue, @Nullable OptionalDouble found, @Nullable Throwable failure, MonoTime at) {
        if (found != null && found.isPresent()) {
            return new Figure.Known(found.getAsDouble(), at, at);
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return new Figure.Missing(
                "queue " + queue + " cannot be asked" + (cause == null ? "" : ": " + cause.getMessage()));
    }

    /** Of a queue for which so many hosts work, in whole jobs: each scales for its share. */
    static OptionalDouble share(List<Jobs.Health> found, int hosts) {
        return found.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Math.ceil(load(found.getFirst()) / hosts));
    }

    /** What could run now, and what runs; of a queue that is paused only that. */
    static double load(Jobs.Health h) {
        long could = Math.max(0, h.waiting() - h.delayed() - h.heldBack());
        return h.running() + (h.gate() == Jobs.Gate.PAUSED ? 0 : could);
    }

    /** @param latency whether that is asked for, and not what it measures */
    static Figure probed(String name, @Nullable ProbeView view, boolean latency, MonoTime now) {
        Sample last = view == null ? null : view.last();
        MonoTime asked = view == null ? null : view.asked();
        if (view == null || last == null || asked == null) {
            return new Figure.Missing("probe " + name + " has not answered yet");
        }
        String subject = latency ? "latency" : view.spec().check().subject();
        Double value = subject == null ? null : last.values().get(subject);
        if (!last.up() || value == null || value.isNaN() || value < 0) {
            return new Figure.Missing(
                    "probe " + name + (last.up() ? " tells no number" : " is down: " + last.detail()));
        }
        // Asked every so often: until it is late, the last answer is the present one.
        Duration timeout = view.spec().timeout();
        Duration every = view.spec().every();
        Duration late =
                (every.compareTo(timeout) > 0 ? every : timeout).plus(timeout).plus(LOOK);
        return now.since(asked).compareTo(late) <= 0
                ? new Figure.Known(value, asked, now)
                : new Figure.Missing("probe " + name + " was not asked for " + Words.of(now.since(asked)));
    }

    /** What replicas used of processors since the last look. */
    static void look(CpuMean cpu, ProcessSpec spec, ScaleDesk.Sampled fresh) {
        CpuAmount limit = spec.resources().cpu();
        double whole = limit == null ? 1 : limit.millicores() / 1000.0;
        var lives = new TreeMap<Integer, String>();
        var shares = new TreeMap<Integer, Double>();
        for (int i = 0; i < spec.replicas(); i++) {
            ScaleDesk.Use use = fresh.uses().get(new ReplicaId(spec.name(), i));
            lives.put(i, use == null ? "" : use.instance().value());
            shares.put(i, use == null ? Double.NaN : use.cores() / whole);
        }
        cpu.look(lives, shares, fresh.from(), fresh.at());
    }

    /** In bytes, of those of which it is known. */
    static List<Long> used(ProcessSpec spec, ScaleDesk.Sampled s) {
        var used = new ArrayList<Long>();
        for (int i = 0; i < spec.replicas(); i++) {
            ScaleDesk.Use use = s.uses().get(new ReplicaId(spec.name(), i));
            if (use != null && !Float.isNaN(use.memoryBytes())) {
                used.add((long) use.memoryBytes());
            }
        }
        return used;
    }

    /** @param most in bytes, that a replica was seen to use lately; null: none was seen */
    record Scaled(ProcessSpec spec, @Nullable Long most) {
        private @Nullable Long each() {
            ByteSize limit = spec.resources().memory();
            return limit == null ? most : (Long) limit.bytes();
        }
    }

    /**
     * What those that come may take; null: it is not known.
     *
     * @param all whose number follows something, {@code of} included
     */
    static @Nullable Memory memory(
            ScaleDesk.@Nullable Sampled s, List<Scaled> all, Scaled of, Percent reserve, MonoTime now) {
        if (s == null || now.since(s.at()).compareTo(FRESH) > 0) {
            return null;
        }
        List<Memory.Grown> grown = all.stream()
                .map(g -> new Memory.Grown(g.each(), used(g.spec, s), g.spec.replicas()))
                .toList();
        return Memory.of(
                s.availableBytes(),
                (long) (s.totalBytes() * reserve.share()),
                grown,
                of.each(),
                of.spec.resources().memory() != null);
    }
}
