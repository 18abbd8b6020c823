package dev.holdfast.daemon;

import dev.holdfast.alert.Enclosure;
import dev.holdfast.alert.Occasion;
import dev.holdfast.alert.Stimulus;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.UsageReport;
import dev.holdfast.config.ReportSpec;
import dev.holdfast.linux.Threads;
import dev.holdfast.report.Agenda;
import dev.holdfast.report.ReportPage;
import dev.holdfast.report.ReportText;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Makes reports when they are due and hands them to the alerts' spool. Only when one is on disk there it counts as sent: a
 * daemon that dies before makes it again, under the same id. The loop's thread's own.
 */
final class ReportDesk {
    /** The wall clock may be set: so often at least it is looked at. */
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);

    /** A clock that is in the past at boot is set by then: what was sent is not sent again. */
    private static final Duration CLOCK_IS_SET = Duration.ofMinutes(30);

    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final int TRIES = 5;

    /** Makes one. */
    interface Maker {
        UsageReport make(Duration since) throws Refused;
    }

    /** Takes one. No lambda in a daemon without reports: its type would be loaded with it. */
    interface Spool {
        CompletableFuture<Boolean> post(Stimulus.Post post);
    }

    private final Path file;
    private final Maker maker;
    private final Spool spool;
    private final Consumer<Runnable> soon;
    private final Console console;
    private final Map<String, Instant> last = new HashMap<>();
    private final Set<String> underWay = new HashSet<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private SortedMap<String, ReportSpec> specs = Collections.emptySortedMap();
    /** Since when the last time of one is yet to come. */
    private final Map<String, MonoTime> ahead = new HashMap<>();

    private MonoTime look = MonoTime.NEVER;
    private boolean read;

    /**
     * @param maker on a thread that may wait
     * @param spool true when it is on disk, or waits for one that takes nothing; false: nobody is told of anything
     */
    ReportDesk(Path state, Maker maker, Spool spool, Consumer<Runnable> soon, Console console) {
        this.file = state.resolve("reports");
        this.maker = maker;
        this.spool = spool;
        this.soon = soon;
        this.console = console;
    }

    SortedMap<String, ReportSpec> specs() {
        return specs;
    }

    /** From now on it is these. A new one is due from now on, and so is one of which the times changed. */
    void configure(SortedMap<String, ReportSpec> fresh, Now now) {
        if (fresh.isEmpty() && specs.isEmpty()) {
            return;
        }
        if (!read) {
            read = true;
            read();
        }
        for (ReportSpec s : fresh.values()) {
            ReportSpec before = specs.get(s.name());
            boolean moved = before != null && !before.timing().equals(s.timing());
            if (moved || !last.containsKey(s.name())) {
                last.put(s.name(), now.wall());
            }
        }
        last.keySet().retainAll(fresh.keySet());
        specs = fresh;
        failures.clear();
        write();
        plan(now);
    }

    private void plan(Now now) {
        Instant next = Agenda.next(specs.values(), now.wall());
        Duration left = next == null ? LONGEST_LOOK : Duration.between(now.wall(), next);
        look = specs.isEmpty()
                ? MonoTime.NEVER
                : now.mono().plus(left.compareTo(LONGEST_LOOK) < 0 ? left : LONGEST_LOOK);
    }

    MonoTime deadline() {
        return look;
    }

    void tick(Now now) {
        if (now.mono().isBefore(look)) {
            return;
        }
        believe(now);
        for (Agenda.Due due : Agenda.due(specs.values(), last, now.wall())) {
            if (underWay.add(due.spec().name())) {
                begin(due, Duration.between(due.from(), now.wall()));
            }
        }
        plan(now);
    }

    /** A last time that stays in the future was said by a wrong clock, and would silence a report until then. */
    private void believe(Now now) {
        Set<String> names = Agenda.ahead(last, now.wall());
        ahead.keySet().retainAll(names);
        for (String name : names) {
            MonoTime since = ahead.computeIfAbsent(name, _ -> now.mono());
            if (now.mono().since(since).compareTo(CLOCK_IS_SET) >= 0) {
                console.warn("report " + name + " was due last at " + last.get(name)
                        + ", which is yet to come: it is due from now on");
                ahead.remove(name);
                last.put(name, now.wall());
                write();
            }
        }
    }

    private void begin(Agenda.Due due, Duration span) {
        try {
            Threads.start(Thread.ofPlatform()
                    .name("report " + due.spec().name())
                    .daemon()
                    .unstarted(() -> make(due, span)));
        } catch (IOException noThread) {
            failed(due, String.valueOf(noThread.getMessage()));
        }
    }

    /** On its own thread. */
    private void make(Agenda.Due due, Duration span) {
        try {
            UsageReport r = maker.make(span);
            String name = due.spec().name();
            var headline = Occasion.event("report/" + name, Severity.WARNING, ReportText.title(r))
                    .withText(ReportText.brief(r))
                    .withLook("holdfast report --since " + Durations.format(Duration.ofMinutes(span.toMinutes())));
            var post = new Stimulus.Post(
                    "report-" + name + "-" + due.due().getEpochSecond(),
                    due.spec().channels(),
                    headline,
                    new Enclosure(ReportText.of(r), ReportPage.of(r)));
            var _ = spool.post(post).thenAccept(taken -> soon.accept(() -> sent(due, taken)));
        } catch (Refused | RuntimeException | Error e) {
            soon.accept(() -> failed(due, String.valueOf(e)));
        }
    }

    private void sent(Agenda.Due due, boolean taken) {
        if (!taken) {
            failed(due, "nobody is told of alerts");
            return;
        }
        String name = due.spec().name();
        console.say("report " + name + " is on its way to "
                + String.join(", ", due.spec().channels()));
        underWay.remove(name);
        failures.remove(name);
        done(due);
    }

    private void done(Agenda.Due due) {
        if (last.replace(due.spec().name(), due.due()) != null) {
            write();
        }
    }

    private void failed(Agenda.Due due, String why) {
        String name = due.spec().name();
        int n = failures.merge(name, 1, Integer::sum);
        boolean again = n < TRIES;
        console.say(
                again ? Level.WARNING : Level.ERROR,
                "report " + name + " cannot be made" + (again ? ", it is tried again" : "") + ": " + why);
        if (!again) {
            failures.remove(name);
            underWay.remove(name);
            done(due);
            return;
        }
        CompletableFuture.delayedExecutor(PAUSE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
                .execute(() -> soon.accept(() -> underWay.remove(name)));
    }

    // ── which were due when ──

    private void read() {
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                String[] parts = line.split(" ", -1);
                if (parts.length == 2 && parts[0].matches("\\d{1,15}")) {
                    last.put(parts[1], Instant.ofEpochMilli(Long.parseLong(parts[0])));
                }
            }
        } catch (NoSuchFileException none) {
            return;
        } catch (IOException e) {
            console.warn("which reports were sent is not known, they are due from now on: " + e.getMessage());
        }
    }

    private void write() {
        var text = new StringBuilder();
        new TreeMap<>(last)
                .forEach((name, at) ->
                        text.append(at.toEpochMilli()).append(' ').append(name).append('\n'));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path fresh = file.resolveSibling("reports.new");
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            console.warn("that a report was sent is not kept: " + e.getMessage());
        }
    }
}
