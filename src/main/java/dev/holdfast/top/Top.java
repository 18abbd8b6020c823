package dev.holdfast.top;

import dev.holdfast.api.HealthReport;
import dev.holdfast.api.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The view while it is shown: keys and what the daemon tells come in, pictures go out. One thread has all state; what waits
 * for the daemon does so on others, and comes back as a change of it.
 */
public final class Top {
    private static final long TICK_MILLIS = 100;
    /** Nobody reads a question in less. */
    private static final Duration READING = Duration.ofMillis(400);

    private static final long ALONE_MILLIS = 20;
    private static final int LOG_LINES = 200;
    private static final int MOST_PAST = 64;

    private final Watched daemon;
    private final Face face;
    private final InstantSource clock;
    private final ZoneId zone;
    private final Duration every;
    private final Keys keys;
    private final Canvas canvas;
    private final Semaphore look = new Semaphore(0);
    private final ConcurrentLinkedQueue<UnaryOperator<State>> news = new ConcurrentLinkedQueue<>();
    private State state = new State(Seen.NOTHING, View.FIRST);
    private volatile Wanted wanted = new Wanted(null, false);
    private volatile boolean over;
    private Instant asked = Instant.EPOCH;
    private int width;
    private int height;

    private record State(Seen seen, View view) {}

    /** What the thread that looks is to look at besides. */
    private record Wanted(@Nullable String log, boolean held) {}

    /** A terminal. */
    interface Face {
        /** A character; see {@link Keys.Source}. */
        int read(long millis) throws IOException;

        int width();

        int height();

        void write(String text) throws IOException;
    }

    /** @param every how often the daemon is asked */
    Top(Watched daemon, Face face, InstantSource clock, ZoneId zone, Duration every, boolean colours) {
        this.daemon = daemon;
        this.face = face;
        this.clock = clock;
        this.zone = zone;
        this.every = every;
        this.keys = new Keys(face::read);
        this.canvas = new Canvas(colours);
    }

    /** Until somebody leaves, or the terminal is gone. @throws IOException when it cannot be written */
    void show() throws IOException {
        Thread looking = Thread.ofPlatform().daemon().name("holdfast-top").start(this::lookAgainAndAgain);
        try {
            while (!over && !keys.ended()) {
                paint();
                Optional<Key> key = keys.next(TICK_MILLIS);
                for (UnaryOperator<State> n = news.poll(); n != null; n = news.poll()) {
                    state = n.apply(state);
                }
                if (key.isPresent()) {
                    press(meant(key.get()));
                }
                want();
            }
        } finally {
            over = true;
            looking.interrupt();
        }
    }

    private void paint() throws IOException {
        int w = face.width();
        int h = face.height();
        if (w != width || h != height) {
            width = w;
            height = h;
            canvas.forget();
        }
        String change = canvas.change(screen().of(state.seen, state.view, clock.instant()));
        if (!change.isEmpty()) {
            face.write(change);
        }
    }

    /**
     * A yes counts when the question could be read before, and nothing else came with it: what is typed or pasted into the
     * wrong window is none.
     */
    private Key meant(Key key) throws IOException {
        boolean yes = state.view.mode() instanceof View.Mode.Confirming && Steering.isYes(key);
        boolean read = clock.instant().isAfter(asked.plus(READING));
        return yes && (!read || keys.next(ALONE_MILLIS).isPresent()) ? Key.Named.OTHER : key;
    }

    private Screen screen() {
        return new Screen(width, height, zone);
    }

    private void press(Key key) {
        if (key == Key.Named.REDRAW) {
            canvas.forget();
        }
        Steering.Turn turn = Steering.on(key, state.view, state.seen, screen().page(state.view));
        if (turn.view().mode() instanceof View.Mode.Confirming
                && !(state.view.mode() instanceof View.Mode.Confirming)) {
            asked = clock.instant();
        }
        state = new State(state.seen, turn.view());
        switch (turn.wish()) {
            case Wish.None _ -> {}
            case Wish.Quit _ -> over = true;
            case Wish.Look _ -> {
                want();
                look.release();
            }
            case Wish.Why w ->
                aside(() -> {
                    List<String> lines = daemon.why(w.name());
                    return s -> new State(s.seen, s.view.with(new View.Mode.Reading("why " + w.name(), lines, 0)));
                });
            case Wish.Act act ->
                aside(() -> {
                    String came = act(act);
                    look.release();
                    return s -> new State(s.seen, s.view.saying(came));
                });
        }
    }

    private String act(Wish.Act act) throws IOException {
        return switch (act) {
            case Wish.Steer p -> daemon.process(p.verb(), p.target());
            case Wish.Scale s -> daemon.scale(s.name(), s.replicas());
            case Wish.Schedule s -> daemon.schedule(s.verb(), s.name());
            case Wish.Queue q -> daemon.queue(q.verb(), q.name());
        };
    }

    @FunctionalInterface
    private interface Asked {
        UnaryOperator<State> ask() throws IOException;
    }

    private void aside(Asked asked) {
        Thread.ofVirtual().start(() -> {
            try {
                news.add(asked.ask());
            } catch (IOException e) {
                news.add(s -> new State(s.seen, s.view.saying(String.valueOf(e.getMessage()))));
            }
        });
    }

    /** A log that is shown anew is asked for at once. */
    private void want() {
        List<Row> rows = Rows.of(state.seen, state.view);
        int at = Rows.selected(rows, state.view);
        String log = state.view.log() && at >= 0 && !(rows.get(at) instanceof Row.Item)
                ? rows.get(at).name()
                : null;
        var now = new Wanted(log, state.view.held());
        boolean another = !Objects.equals(now.log, wanted.log);
        wanted = now;
        if (another) {
            look.release();
        }
    }

    private void lookAgainAndAgain() {
        try {
            while (!over) {
                if (!wanted.held) {
                    lookOnce();
                }
                if (look.tryAcquire(every.toMillis(), TimeUnit.MILLISECONDS)) {
                    look.drainPermits();
                }
            }
        } catch (InterruptedException left) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookOnce() {
        String log = wanted.log;
        try {
            Status status = daemon.status();
            HealthReport health = daemon.health();
            List<String> lines = log == null ? List.of() : daemon.log(log, LOG_LINES);
            Instant at = clock.instant();
            news.add(s ->
                    new State(new Seen(status, health, at, null, log, lines, past(s.seen.past(), status)), s.view));
        } catch (IOException e) {
            String trouble = String.valueOf(e.getMessage());
            news.add(s -> new State(s.seen.troubled(trouble), s.view));
        }
    }

    /** Of those that are still there. */
    static Map<String, List<Double>> past(Map<String, List<Double>> before, Status status) {
        var past = new HashMap<String, List<Double>>();
        for (Status.Replica r : status.replicas()) {
            var values = new ArrayList<>(before.getOrDefault(r.name(), List.of()));
            Double cpu = r.cpuPercent();
            values.add(cpu == null ? 0 : cpu);
            past.put(r.name(), List.copyOf(values.subList(Math.max(0, values.size() - MOST_PAST), values.size())));
        }
        return past;
    }

    /**
     * Shows it on the terminal of this process until somebody leaves.
     *
     * @throws IOException when there is no terminal, or it is gone
     */
    public static void onTerminal(Watched daemon, InstantSource clock, ZoneId zone, Duration every, boolean colours)
            throws IOException {
        try (var terminal = SystemTerminal.open()) {
            new Top(daemon, terminal, clock, zone, every, colours).show();
        }
    }
}
