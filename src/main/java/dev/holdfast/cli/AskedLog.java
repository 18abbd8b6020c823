package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Follow;
import dev.holdfast.api.LogPage;
import dev.holdfast.log.LogReader.Line;
import dev.holdfast.log.LogReader.Origin;
import dev.holdfast.unit.Level;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One log as the daemon tells it, for who may not read its files. Outlives the daemon when it follows. Not thread-safe. */
final class AskedLog implements LogLines {
    /** So many the daemon tells at once. */
    static final int MOST = 5000;

    private static final int HELD = 1024;
    private static final int FORBIDDEN = 403;
    private static final Origin UNKNOWN = new Origin("", 0, "", Map.of());

    private final Client client;
    private final String name;
    private final String path;
    private final String sought;
    private final boolean follow;
    private final Consumer<String> notes;
    private final Deque<Line> told = new ArrayDeque<>();
    private final BlockingQueue<Line> come = new LinkedBlockingQueue<>(HELD);
    /** Behind which lines are not known yet. */
    private String after;

    /** Whether lines before those that were told were left out. */
    private boolean older;

    private @Nullable Thread listener;
    private volatile @Nullable IOException failure;

    /**
     * @param sought the filter as a query, each with an ampersand before it; empty: all lines
     * @param follow whether lines are wanted as they come, too
     * @param notes what is to be said of lines that are not told; called by any thread
     */
    AskedLog(Client client, LogFiles.Found of, String sought, boolean follow, Consumer<String> notes) {
        this.client = client;
        this.name = of.name();
        this.path = Subcommand.API + "logs/" + Subcommand.encoded(of.name());
        this.sought = sought;
        this.follow = follow;
        this.notes = notes;
        this.after = of.index() + ".0.0"; // before the first line
    }

    @Override
    public List<Line> tail(int n) throws IOException {
        List<Line> last = last(Math.clamp(n, 1, MOST));
        if (last.size() < n) {
            noteOlder();
        }
        return n == 0 ? List.of() : last;
    }

    @Override
    public void toFirst(Instant since, int n) throws IOException {
        told.addAll(last(MOST));
        if (told.size() < n && (told.isEmpty() || !told.getFirst().at().isBefore(since))) {
            noteOlder();
        }
    }

    private void noteOlder() {
        if (older) {
            notes.accept(
                    name + ": there may be more before these: the daemon looks through the last lines only, and tells "
                            + MOST + " of them at most, or 1 MiB");
        }
    }

    private List<Line> last(int most) throws IOException {
        try {
            if (follow && !sought.isEmpty()) { // where to go on when no line passes
                goOnBehind(client.get(path + "?lines=1", LogPage.class));
            }
            LogPage page = client.get(path + "?lines=" + most + sought, LogPage.class);
            goOnBehind(page);
            older = page.older();
            String cut = page.cut();
            if (cut != null && follow) {
                after = cut; // what comes then begins with those that were not looked at
            } else if (cut != null) {
                notes.accept(name
                        + ": the search was cut off, and later lines were not looked at; --follow goes on with them");
            }
            return page.lines().stream().map(AskedLog::line).toList();
        } catch (Refused e) {
            throw new IOException(name + ": " + e.failure().error(), e);
        }
    }

    private void goOnBehind(LogPage page) {
        if (!page.lines().isEmpty()) {
            after = page.lines().getLast().id();
        }
    }

    private static Line line(Follow.Item item) {
        try {
            return line(Client.read(item.json(), LogPage.Entry.class));
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("the daemon tells lines as this version does not know them", e);
        }
    }

    private static Line line(LogPage.Entry e) {
        String level = e.level();
        return new Line(
                e.at() == null ? Instant.EPOCH : Instant.parse(e.at()),
                e.stream().equals("stderr"),
                false,
                UNKNOWN,
                level == null ? null : Level.parse(level).orElse(null),
                new String(e.text().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1),
                0);
    }

    @Override
    public Optional<Line> next() throws IOException {
        if (!told.isEmpty() || !follow) {
            return Optional.ofNullable(told.poll());
        }
        if (listener == null) {
            listener = Thread.ofVirtual().start(this::listen);
        }
        Line line = come.poll();
        IOException failed = failure;
        if (line == null && failed != null) {
            throw failed;
        }
        return Optional.ofNullable(line);
    }

    private void listen() {
        boolean said = false;
        while (true) {
            try (Client.Events events =
                    client.follow(path + (sought.isEmpty() ? "" : "?" + sought.substring(1)), after)) {
                said = false;
                while (true) {
                    Follow.Item item = events.next();
                    come.put(line(item));
                    after = item.id();
                }
            } catch (Refused e) {
                if (e.status() == FORBIDDEN) {
                    failure = new IOException(name + ": " + e.failure().error(), e);
                    return;
                }
                if (!said) { // others may cease to follow, a reload may bring it back
                    notes.accept(
                            name + " is not followed for now: " + e.failure().error());
                    said = true;
                }
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    return;
                } // else it is being restarted: what comes after is told from there on
            } catch (InterruptedException closed) {
                return;
            } catch (IllegalArgumentException unknown) {
                failure = new IOException(name + ": " + unknown.getMessage(), unknown);
                return;
            }
            try {
                Thread.sleep(Duration.ofMillis(500));
            } catch (InterruptedException closed) {
                return;
            }
        }
    }

    @Override
    public boolean sifted() {
        return true;
    }

    @Override
    public void close() {
        if (listener != null) {
            listener.interrupt();
        }
    }
}
