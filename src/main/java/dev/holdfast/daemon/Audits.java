package dev.holdfast.daemon;

import dev.holdfast.alert.Occasion;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.api.FindingList;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Grade;
import dev.holdfast.cli.AuditBaseline;
import dev.holdfast.cli.AuditReports;
import dev.holdfast.config.AuditSpec;
import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.Config;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Threads;
import dev.holdfast.loop.Loop;
import dev.holdfast.survey.HostGrounds;
import dev.holdfast.survey.Survey;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Audits the host at the start, when {@code audit:} changes, and every so often: on a thread of its own, which every other
 * goes before. The loop's thread's own but where it is said.
 */
final class Audits {
    private static final String ALERT = "audit/";
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(10);
    /** From the end of one to what is asked for: it reads much, and whoever asks may go on asking. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Errands errands;
    private final Consumer<Runnable> soon;
    private final Console console;
    private final AlertDesk desk;
    private @Nullable AuditSpec spec;
    private @Nullable Config own;
    private MonoTime next = MonoTime.NEVER;
    private MonoTime ended = new MonoTime(0);
    private boolean under;
    /** Who waits for the one that is under way, or about to begin. */
    private @Nullable CompletableFuture<FindingList> awaited;

    private volatile boolean over;
    private volatile @Nullable FindingList last;
    private Map<String, Finding> known = Map.of();

    Audits(Errands errands, Consumer<Runnable> soon, Console console, AlertDesk desk) {
        this.errands = errands;
        this.soon = soon;
        this.console = console;
        this.desk = desk;
    }

    /** @param whole what Holdfast is configured to do: that is audited, too */
    void configure(AuditSpec fresh, Config whole, Now now) {
        own = whole;
        if (!fresh.equals(spec)) {
            spec = fresh;
            next = now.mono();
        }
    }

    MonoTime deadline() {
        return over || under ? MonoTime.NEVER : next;
    }

    /**
     * Has the host be audited now; who asks while one is under way gets what that one finds.
     *
     * @throws Refused 503 when one has just ended, or no thread is left
     */
    Future<FindingList> now(Now now) throws Refused {
        if (!under) {
            Duration since = now.mono().since(ended);
            if (last != null && since.compareTo(PAUSE) < 0) {
                int wait = (int) PAUSE.minus(since).toSeconds() + 1;
                throw new Refused(503, Failure.later("an audit has just ended", wait));
            }
            next = now.mono();
            tick(now);
            if (!under) {
                throw new Refused(503, Failure.later("the host cannot be audited now", 10));
            }
        }
        CompletableFuture<FindingList> all = awaited == null ? new CompletableFuture<>() : awaited;
        awaited = all;
        return all.copy();
    }

    private void answer(@Nullable FindingList found, String otherwise) {
        CompletableFuture<FindingList> all = awaited;
        awaited = null;
        if (all != null && found != null) {
            all.complete(found);
        } else if (all != null) {
            all.completeExceptionally(new IllegalStateException(otherwise));
        }
    }

    void tick(Now now) {
        AuditSpec asked = spec;
        Config whole = own;
        if (over || under || asked == null || whole == null || now.mono().isBefore(next)) {
            return;
        }
        Duration every = asked.every();
        next = every == null ? MonoTime.NEVER : now.mono().plus(every);
        try {
            Threads.start(Thread.ofPlatform().name("audit").daemon().unstarted(() -> audit(asked, whole)));
            under = true;
        } catch (IOException noThread) {
            console.warn("the host is not audited: " + noThread.getMessage());
        }
    }

    /** On its own thread. */
    private void audit(AuditSpec asked, Config whole) {
        Threads.yielding();
        Instant begun = Loop.now().wall();
        MonoTime from = Loop.now().mono();
        try {
            var host = HostGrounds.here(Daemon.PROC, HostGrounds.Size.of(Daemon.PROC), asked.told(), this::ask);
            Survey survey = Survey.of(host, whole, Set.of());
            List<Finding> findings = baseline(asked).rest(survey.findings());
            FindingList list = AuditReports.of(
                    survey, findings, begun.toString(), Loop.now().mono().since(from), asked.every());
            soon.accept(() -> audited(asked, findings, list));
        } catch (RuntimeException | Error bug) {
            soon.accept(() -> {
                under = false;
                ended = Loop.now().mono();
                answer(null, String.valueOf(bug));
                console.say(Level.ERROR, "a bug: the host could not be audited: " + bug);
            });
        }
    }

    private AuditBaseline baseline(AuditSpec asked) {
        String file = asked.baseline();
        try {
            return file == null ? AuditBaseline.NONE : AuditBaseline.read(Path.of(file));
        } catch (IOException e) {
            console.warn("audit: nothing is accepted, for the baseline cannot be read: " + e.getMessage());
            return AuditBaseline.NONE;
        }
    }

    /** Of the audit's thread: the loop launches it, as all that the daemon runs. */
    private String ask(List<String> command) {
        var told = new CompletableFuture<String>();
        soon.accept(() -> {
            if (over) {
                told.complete("");
                return;
            }
            try {
                ProcessSpec run = ProcessSpec.errand("audit", new CommandSpec(command), null, null);
                errands.run(
                        run,
                        LONGEST_ANSWER,
                        e -> told.complete(Integer.valueOf(0).equals(e.exit()) ? e.output() : ""));
            } catch (Errno refused) {
                told.complete("");
            }
        });
        try {
            return told.get(2 * LONGEST_ANSWER.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private void audited(AuditSpec asked, List<Finding> findings, FindingList list) {
        under = false;
        ended = Loop.now().mono();
        if (over || !asked.equals(spec)) {
            answer(null, over ? "the host is not audited any more" : "what is audited has changed meanwhile");
            return;
        }
        last = list;
        answer(list, "");
        var now = new TreeMap<String, Finding>();
        findings.stream().filter(f -> f.grade() != Grade.NOTE).forEach(f -> now.putIfAbsent(key(f), f));
        long fresh = now.keySet().stream().filter(k -> !known.containsKey(k)).count();
        known.keySet().stream().filter(k -> !now.containsKey(k)).forEach(k -> desk.clear(k, "it was mended"));
        desk.retain(ALERT, now.keySet());
        now.forEach((key, f) -> desk.raise(occasion(key, f, asked.alert())));
        long gone = known.keySet().stream().filter(k -> !now.containsKey(k)).count();
        if (fresh > 0 || gone > 0) {
            console.say(fresh > 0 ? Level.WARNING : Level.NOTICE, news(fresh, gone) + " " + list.line());
        }
        known = Map.copyOf(now);
    }

    /** One of them is not 0. */
    static String news(long fresh, long gone) {
        String left = gone == 0 ? "" : gone + (gone == 1 ? " finding is gone" : " findings are gone");
        return "audit: "
                + (fresh == 0
                        ? left + "."
                        : fresh + (fresh == 1 ? " new finding" : " new findings") + " in this host's configuration"
                                + (gone == 0 ? "" : ", " + left) + "; holdfast audit shows them.");
    }

    private static String key(Finding f) {
        String file = f.sites().isEmpty() ? "" : f.sites().getFirst().file();
        return ALERT + f.rule() + (f.subject().isEmpty() ? "" : "/" + f.subject()) + (file.isEmpty() ? "" : ":" + file);
    }

    private static Occasion occasion(String key, Finding f, List<String> channels) {
        String place = f.sites().isEmpty() ? "" : f.sites().getFirst().toString();
        return Occasion.lasting(
                        key,
                        f.grade() == Grade.CRITICAL ? Severity.CRITICAL : Severity.WARNING,
                        f.what() + (place.isEmpty() ? "" : " (" + place + ")"))
                .withText(f.why() + " Fix: " + f.fix().what())
                .withOutput(f.evidence())
                .withLook("holdfast audit")
                .to(channels);
    }

    // ── for others ──

    /** What the last one found; null: none has ended yet. Thread-safe. */
    @Nullable
    FindingList last() {
        return last;
    }

    /** How many of each grade, {@code note} and the like; empty: not known yet. Thread-safe. */
    Map<String, Long> counts() {
        FindingList list = last;
        if (list == null) {
            return Map.of();
        }
        Map<String, Long> found = list.findings().stream()
                .collect(Collectors.groupingBy(FindingList.Entry::severity, Collectors.counting()));
        var all = new TreeMap<String, Long>();
        for (Grade g : Grade.values()) {
            all.put(g.written(), found.getOrDefault(g.written(), 0L));
        }
        return all;
    }

    /** It is not asked for any more. */
    void end() {
        over = true;
        answer(null, "the host is not audited any more");
        desk.retain(ALERT, Set.of());
    }

    /** The daemon ends: what lasts goes on. */
    void close() {
        over = true;
    }
}
