package dev.holdfast.otlp;

import dev.holdfast.config.OtlpSpec;
import dev.holdfast.linux.Threads;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Sheet;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells a collector, on a thread of its own that exists once one is configured. Figures that could not be told are
 * not kept: the next ones hold all that they said. Spans wait. Who adds some never waits. Thread-safe.
 */
public final class Exporter implements AutoCloseable {
    private static final Duration LAST_WAIT = Duration.ofSeconds(3);

    private final Parts parts;
    private final SpanQueue spans = new SpanQueue();
    private final Map<Signal, Lane> lanes = new EnumMap<>(Signal.class);
    private final Object lock = new Object();
    /** Guarded by the lock, as the next ones are. */
    private @Nullable OtlpSpec wanted;

    private boolean batch;
    private boolean closed;
    private @Nullable Thread thread;
    /** Of its thread alone: the last turn failed. */
    private boolean broken;

    /** What is told. */
    public enum Signal {
        METRICS("/v1/metrics"),
        TRACES("/v1/traces");

        private final String path;

        Signal(String path) {
            this.path = path;
        }

        /** In words, and in metrics. */
        public String written() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What it needs.
     *
     * @param version of Holdfast
     * @param host this one's name
     * @param figures as they are now; asked on the exporter's thread
     * @param warn told, in words for people, what no longer works, once each time
     * @param say the same of what works again
     * @param spansAfter the longest that a span waits while all is well
     */
    public record Parts(
            String version,
            String host,
            Supplier<Sheet> figures,
            Epochs epochs,
            Supplier<Now> clock,
            Consumer<String> warn,
            Consumer<String> say,
            Duration spansAfter,
            Pace pace) {
        /** As a daemon wants it. */
        public static Parts usual(
                String version,
                String host,
                Supplier<Sheet> figures,
                Epochs epochs,
                Supplier<Now> clock,
                Consumer<String> warn,
                Consumer<String> say) {
            return new Parts(version, host, figures, epochs, clock, warn, say, Duration.ofSeconds(5), Pace.USUAL);
        }
    }

    public Exporter(Parts parts) {
        this.parts = parts;
        for (Signal s : Signal.values()) {
            lanes.put(s, new Lane(parts.pace()));
        }
    }

    /** From now on; null: nobody is told anything. What waits for a collector that is no more is forgotten. */
    public void configure(@Nullable OtlpSpec spec) {
        synchronized (lock) {
            if (thread != null && !thread.isAlive()) {
                thread = null; // it died, or got none: a reload is another try, even one that changes nothing
            }
            if (Objects.equals(spec, wanted) && (spec == null || thread != null)) {
                return;
            }
            wanted = spec;
            if (spec == null || !spec.traces()) {
                spans.clear();
            }
            if (spec != null && thread == null && !closed) {
                begin();
            }
            lock.notifyAll();
        }
    }

    private void begin() {
        Thread fresh = Thread.ofPlatform().name("holdfast-otlp").daemon().unstarted(this::run);
        try {
            Threads.start(fresh);
            thread = fresh;
        } catch (IOException noThread) {
            parts.warn().accept("the collector is told nothing until a reload: " + noThread.getMessage());
        }
    }

    /** Waits for its turn; forgotten where no collector wants it. */
    public void add(Span span) {
        synchronized (lock) {
            if (wanted == null || !wanted.traces() || closed) {
                return;
            }
            boolean enough = spans.add(span);
            if ((enough && !batch) || spans.size() == 1) { // of none the thread awaits nothing
                batch |= enough;
                lock.notifyAll();
            }
        }
    }

    // ── its thread ──

    private void run() {
        OtlpSpec served = null;
        Collector collector = null;
        try {
            while (true) {
                OtlpSpec spec;
                synchronized (lock) {
                    while (!closed && Objects.equals(wanted, served) && pause(served) > 0) {
                        lock.wait(pause(served));
                    }
                    if (closed) {
                        break;
                    }
                    spec = wanted;
                    batch = false;
                }
                if (!Objects.equals(spec, served)) {
                    served = spec;
                    collector = spec == null ? null : new Collector(spec, parts.version(), parts.clock());
                    MonoTime now = mono();
                    lane(Signal.TRACES).begin(now);
                    // Not at once: the daemon may be busy with its first starts.
                    lane(Signal.METRICS).begin(spec == null ? now : now.plus(spec.interval()));
                }
                if (spec != null && collector != null) {
                    guarded(spec, collector);
                }
            }
            if (served != null && collector != null && served.traces()) {
                last(served, collector.hurried(LAST_WAIT));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A bug, or want of memory, in one turn is not the end of all that follow. */
    private void guarded(OtlpSpec spec, Collector collector) throws InterruptedException {
        try {
            turn(spec, collector);
            broken = false;
        } catch (RuntimeException | Error e) {
            MonoTime next = mono().plus(spec.interval());
            lanes.values().forEach(l -> l.next(next));
            boolean known = broken;
            broken = true;
            if (!known) {
                parts.warn().accept("OpenTelemetry: a turn failed, it goes on with the next: " + e);
            }
        }
    }

    /** In milliseconds; 0: something is due. Of what nobody wants: an hour, until somebody does. */
    private long pause(@Nullable OtlpSpec spec) {
        MonoTime now = mono();
        MonoTime due = MonoTime.NEVER;
        if (spec != null && spec.metrics()) {
            due = lane(Signal.METRICS).due();
        }
        if (spec != null && spec.traces() && spans.size() > 0) {
            Lane l = lane(Signal.TRACES);
            due = MonoTime.earliest(due, batch && l.well() ? now : l.due());
        }
        Duration left = due.equals(MonoTime.NEVER) ? Duration.ofHours(1) : due.since(now);
        return left.isPositive() ? left.toMillis() + 1 : 0;
    }

    private MonoTime mono() {
        return parts.clock().get().mono();
    }

    private Lane lane(Signal s) {
        return Objects.requireNonNull(lanes.get(s));
    }

    private void turn(OtlpSpec spec, Collector collector) throws InterruptedException {
        MonoTime now = mono();
        Origin origin = Origin.of(parts.version(), parts.host(), spec.resource());
        Lane metrics = lane(Signal.METRICS);
        if (spec.metrics() && !now.isBefore(metrics.due())) {
            metrics.next(now.plus(spec.interval()));
            figures(spec, collector, origin);
        }
        Lane traces = lane(Signal.TRACES);
        boolean due = !mono().isBefore(traces.due()) || (traces.well() && spans.size() >= SpanQueue.BATCH);
        if (spec.traces() && due) {
            traces.next(mono().plus(parts.spansAfter()));
            spans(spec, collector, origin);
        }
    }

    /** A part of figures. */
    private record Sent(Answer answer, int items) {
        int badness() {
            return switch (answer) {
                case Answer.Taken(long rejected, String words) -> rejected > 0 || !words.isEmpty() ? 1 : 0;
                case Answer.Refused _ -> 2;
                case Answer.Later _ -> 3;
            };
        }
    }

    private void figures(OtlpSpec spec, Collector collector, Origin origin) throws InterruptedException {
        try {
            var bodies = new MetricBodies(
                    parts.figures().get(),
                    origin,
                    parts.epochs(),
                    parts.clock().get().wall());
            Sent worst = null; // the lane goes as badly as it
            while (bodies.hasNext() && !(worst != null && worst.answer instanceof Answer.Later)) {
                MetricBodies.Body b = bodies.next();
                var sent = new Sent(collector.send(Signal.METRICS.path, b.bytes()), b.points());
                Sent better = worst;
                if (worst == null || sent.badness() > worst.badness()) {
                    worst = sent;
                } else {
                    better = sent;
                }
                if (better != null) {
                    lane(Signal.METRICS).counted(better.answer, better.items);
                }
            }
            if (worst != null) {
                went(spec, Signal.METRICS, worst.answer, worst.items);
            }
        } catch (RuntimeException | Error bug) {
            went(spec, Signal.METRICS, new Answer.Refused("a bug: " + bug), 0);
        }
    }

    private void spans(OtlpSpec spec, Collector collector, Origin origin) throws InterruptedException {
        int most = SpanQueue.MOST / SpanQueue.BATCH; // then it is the other signal's turn
        for (int i = 0; i < most && spans.size() > 0; i++) {
            SpanQueue.Batch b = spans.batch();
            if (!Objects.equals(spec, wanted())) { // in this order: what came after another was wanted is that one's
                return;
            }
            Answer answer;
            try {
                answer = collector.send(Signal.TRACES.path, SpanBody.of(b.spans(), origin));
            } catch (RuntimeException | Error bug) { // these spans would be its cause again
                answer = new Answer.Refused("a bug: " + bug);
            }
            if (!(answer instanceof Answer.Later)) {
                spans.done(b);
            }
            if (!went(spec, Signal.TRACES, answer, b.spans().size())) {
                return;
            }
        }
    }

    /** @param items that were sent. @return whether more may be sent at once */
    private boolean went(OtlpSpec spec, Signal signal, Answer answer, int items) {
        String what = "OpenTelemetry: " + signal.written() + " ";
        double chance = ThreadLocalRandom.current().nextDouble();
        Lane.Word word = lane(signal).went(answer, items, mono(), chance);
        switch (word) {
            case Lane.Word.Nothing _ -> {}
            case Lane.Word.Trouble(String why) ->
                parts.warn().accept(what + "cannot be told, it is tried again: " + why);
            case Lane.Word.Given(String why) -> parts.warn().accept(what + "are not wanted: " + why);
            case Lane.Word.Partly(String why) ->
                parts.warn().accept(what + "are not wanted as they are by " + Collector.shown(spec) + why);
            case Lane.Word.Again _ -> parts.say().accept(what + "are told to " + Collector.shown(spec) + " again");
        }
        return answer instanceof Answer.Taken;
    }

    /** At the end once more what waits, where somebody listens. */
    private void last(OtlpSpec spec, Collector collector) throws InterruptedException {
        if (lane(Signal.TRACES).well() && spans.size() > 0) {
            spans(spec, collector, Origin.of(parts.version(), parts.host(), spec.resource()));
        }
    }

    // ── what is known of it ──

    /** Why a signal is not told now; empty: all that is wanted is. */
    public Map<Signal, String> troubles() {
        var all = new EnumMap<Signal, String>(Signal.class);
        OtlpSpec spec = wanted();
        lanes.forEach((signal, lane) -> {
            String why = lane.trouble();
            if (why != null && spec != null && wants(spec, signal)) {
                all.put(signal, why);
            }
        });
        return all;
    }

    private static boolean wants(OtlpSpec spec, Signal signal) {
        return switch (signal) {
            case METRICS -> spec.metrics();
            case TRACES -> spec.traces();
        };
    }

    private @Nullable OtlpSpec wanted() {
        synchronized (lock) {
            return wanted;
        }
    }

    /** How it goes; nothing where no collector is configured. */
    public void into(Sheet sheet) {
        OtlpSpec spec = wanted();
        if (spec == null) {
            return;
        }
        lanes.forEach((signal, lane) -> {
            if (wants(spec, signal)) {
                Lane.Counts c = lane.counts();
                long pushed = signal == Signal.TRACES ? spans.dropped() : 0;
                sheet.put(Family.OTLP_UP, c.well(), signal.written());
                sheet.put(Family.OTLP_REQUESTS, c.succeeded(), signal.written(), "success");
                sheet.put(Family.OTLP_REQUESTS, c.failed(), signal.written(), "failure");
                sheet.put(Family.OTLP_DROPPED, c.dropped() + pushed, signal.written());
            }
        });
        if (spec.traces()) {
            sheet.put(Family.OTLP_WAITING, spans.size());
        }
    }

    /** What waits is told where somebody listens, for three seconds at most a request. */
    @Override
    public void close() {
        Thread t;
        synchronized (lock) {
            closed = true;
            t = thread;
            lock.notifyAll();
        }
        try {
            if (t != null && !t.join(LAST_WAIT.multipliedBy(2))) {
                t.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
