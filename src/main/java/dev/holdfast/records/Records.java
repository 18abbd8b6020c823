package dev.holdfast.records;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.api.Follow;
import dev.holdfast.api.LogPage;
import dev.holdfast.api.RecordsPort;
import dev.holdfast.chronicle.Bell;
import dev.holdfast.event.Journal;
import dev.holdfast.event.JournalTail;
import dev.holdfast.event.ReplicaId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The journal, the logs and the audit trail, read and, of the last, written. Thread-safe. */
public final class Records implements RecordsPort, AutoCloseable {
    /** Of one answer. */
    private static final int BATCH = 500;

    /** A scope that is not enough. */
    private static final int FORBIDDEN = 403;

    private final JournalTail journal;
    private final JournalTail audit;
    private final Journal trail;
    private final ReentrantLock writing = new ReentrantLock();
    private final Bell written;
    private final LogDesk logs;
    private final Consumer<String> warn;
    private final Refusals refusals = new Refusals();
    private boolean unwritable;

    /**
     * @param state the state directory
     * @param written rings when the journal has a line more
     */
    public Records(Path state, Bell written, LogDesk logs, Consumer<String> warn) {
        this.journal = new JournalTail(state.resolve("journal.jsonl"));
        this.audit = new JournalTail(state.resolve("audit.jsonl"));
        this.trail = new Journal(state.resolve("audit.jsonl"));
        this.written = written;
        this.logs = logs;
        this.warn = warn;
    }

    @Override
    public Lines events(int most, @Nullable String after, @Nullable String replica) throws Refused {
        return lines(page(journal, most, after, of(replica)));
    }

    @Override
    public Lines audit(int most, @Nullable String after) throws Refused {
        return lines(page(audit, most, after, _ -> true));
    }

    /** By the text, as the journal writes it: within a value its quotes would be escaped. */
    private static Predicate<String> of(@Nullable String replica) throws Refused {
        if (replica == null) {
            return _ -> true;
        }
        String name = ReplicaId.parse(replica)
                .orElseThrow(() -> new Refused(
                        400, new Failure("\"" + replica + "\" is no replica: it has a number, as web/0", List.of())))
                .toString();
        String told = "\"replica\":\"" + name + "\"";
        return line -> line.contains(told);
    }

    private static JournalTail.Page page(JournalTail of, int most, @Nullable String after, Predicate<String> wanted)
            throws Refused {
        try {
            return after == null ? of.last(most, wanted) : of.after(after, most, wanted);
        } catch (IllegalArgumentException e) {
            throw new Refused(400, new Failure(String.valueOf(e.getMessage()), List.of()));
        } catch (IOException e) {
            throw new Refused(503, new Failure("it cannot be read: " + e.getMessage(), List.of()));
        }
    }

    private static Lines lines(JournalTail.Page page) {
        return new Lines(page.entries().stream().map(Records::withId).toList(), page.missed());
    }

    private static String withId(JournalTail.Entry entry) {
        String rest = entry.json().substring(1);
        return "{\"id\":\"" + entry.id() + "\"" + (rest.startsWith("}") ? "" : ",") + rest;
    }

    @Override
    public Follow followEvents(@Nullable String after, @Nullable String replica) throws Refused {
        Predicate<String> wanted = of(replica);
        if (after != null) {
            page(journal, 1, after, _ -> true);
        }
        try {
            return new Events(after == null ? journal.end() : after, wanted);
        } catch (IOException e) {
            throw new Refused(503, new Failure("it cannot be read: " + e.getMessage(), List.of()));
        }
    }

    /** Reads from the file, however slow its reader is: nothing is held for it. */
    private final class Events implements Follow {
        private final Predicate<String> wanted;
        private String at;

        Events(String at, Predicate<String> wanted) {
            this.at = at;
            this.wanted = wanted;
        }

        @Override
        public List<Item> next(Duration most) throws IOException, InterruptedException {
            long seen = written.rung();
            List<Item> items = read();
            if (items.isEmpty()) {
                written.await(seen, most);
                items = read();
            }
            return items;
        }

        private List<Item> read() throws IOException {
            var items = new ArrayList<Item>();
            JournalTail.Page page;
            do { // what is not wanted is passed, not read again
                page = journal.after(at, BATCH);
                if (page.missed()) {
                    items.add(new Item(JournalTail.BEGINNING, "missed", "{\"after\":\"" + at + "\"}"));
                    at = JournalTail.BEGINNING;
                }
                for (JournalTail.Entry e : page.entries()) {
                    if (wanted.test(e.json())) {
                        items.add(new Item(e.id(), "journal", withId(e)));
                    }
                    at = e.id();
                }
            } while (items.isEmpty() && !page.entries().isEmpty());
            return items;
        }

        @Override
        public void close() {}
    }

    @Override
    public LogPage logs(String name, LogWish wish, int most) throws Refused {
        return logs.page(name, wish, most);
    }

    @Override
    public Follow followLogs(String name, LogWish wish, @Nullable String after) throws Refused {
        return logs.follow(name, wish, after);
    }

    private long left(String who) {
        writing.lock();
        try {
            return refusals.another(who, Instant.now());
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void audited(Change change) {
        long leftOut = change.status() == FORBIDDEN ? left(change.who()) : 0;
        if (leftOut < 0) {
            return;
        }
        String detail = change.detail() + (leftOut == 0 ? "" : "; " + leftOut + " more of his were left out before");
        var values = new LinkedHashMap<String, Object>();
        values.put("at", Instant.now().toString());
        values.put("who", change.who());
        values.put("from", change.from());
        values.put("what", change.what());
        if (!change.body().isEmpty()) {
            values.put("body", change.body());
        }
        values.put("status", change.status());
        values.put("result", change.result());
        if (!detail.isEmpty()) {
            values.put("detail", detail);
        }
        writing.lock();
        try {
            trail.append(values);
            unwritable = false;
        } catch (IOException e) {
            if (!unwritable) {
                unwritable = true;
                warn.accept("changes that are asked for cannot be written to the audit trail: " + e.getMessage());
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        writing.lock();
        try {
            trail.close();
        } finally {
            writing.unlock();
        }
    }
}
