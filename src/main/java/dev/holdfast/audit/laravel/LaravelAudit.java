package dev.holdfast.audit.laravel;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.laravel.QueueConfig.Retry;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.note.Rule;
import java.util.ArrayList;
import java.util.List;

/** Lines with {@code queue:work} in files of supervisord, systemd, cron and compose. */
public final class LaravelAudit implements Auditor {
    static final Rule UNREADABLE = new Rule(
            "laravel-unreadable",
            Grade.WARNING,
            "config/queue.php or .env of a worker's application that cannot be read");
    static final Rule TIMEOUT = new Rule(
            "laravel-timeout", Grade.CRITICAL, "--timeout (60 by default) not below retry_after (90 by default)");
    static final Rule ENDLESS = new Rule("laravel-timeout-zero", Grade.WARNING, "--timeout=0");
    static final Rule MEMORY = new Rule("laravel-no-memory", Grade.NOTE, "no --memory: 128 MB by default");
    static final Rule LIFE = new Rule("laravel-no-max-time", Grade.NOTE, "neither --max-time nor --max-jobs");

    private static final long TIMEOUT_SECONDS = 60;
    private static final long RETRY_SECONDS = 90;

    public static List<Rule> rules() {
        return List.of(UNREADABLE, TIMEOUT, ENDLESS, MEMORY, LIFE);
    }

    @Override
    public String program() {
        return "laravel";
    }

    @Override
    public Verdict audit(Grounds host) {
        var notes = new Notes(host, UNREADABLE);
        String told = host.told().getOrDefault("laravel.files", "");
        List<String> places = told.isEmpty()
                ? List.of()
                : List.of(told.split(",", -1)).stream().map(String::strip).toList();
        for (Worker worker : Worker.find(host, notes, places)) {
            notes.lines(worker.site().file());
            timeout(notes, worker);
            bounds(notes, worker);
        }
        return notes.verdict();
    }

    private static void timeout(Notes notes, Worker w) {
        String written = w.option("timeout");
        if (written != null && !written.matches("\\d{1,9}")) {
            notes.broken(w.site(), "has a --timeout that is no number", written);
            return;
        }
        long timeout = written == null ? TIMEOUT_SECONDS : Long.parseLong(written);
        if (timeout == 0) {
            notes.add(ENDLESS.finding(
                    List.of(w.site()),
                    "queue:work",
                    "the worker of " + w.site() + " has no timeout (--timeout=0)",
                    List.of(line(notes, w)),
                    "A job that hangs keeps its worker for ever, and after retry_after another one runs it too.",
                    changed(notes, w, "--timeout=" + written, "--timeout=" + TIMEOUT_SECONDS)));
            return;
        }
        var config = QueueConfig.read(notes, w.application());
        Retry retry = config.of(w.connection());
        long after = retry == null ? RETRY_SECONDS : retry.seconds();
        if (timeout < after) {
            return;
        }
        var sites = new ArrayList<Site>(List.of(w.site()));
        if (retry != null) {
            sites.add(retry.site());
        }
        String right = "--timeout=" + Math.max(1, after - 10);
        notes.add(TIMEOUT.finding(
                sites,
                "queue:work",
                "the worker of " + w.site() + " lets a job run " + timeout + " s, and after " + after
                        + " s the queue gives it to another one",
                List.of(
                        "--timeout " + timeout + (written == null ? " by default" : ""),
                        "retry_after " + after
                                + (retry == null ? " by default" : " in " + retry.site() + ", " + retry.how())),
                "Every job that takes longer runs twice at the same time: mails, payments, imports.",
                written == null
                        ? Fix.byHand("give it " + right + ", or raise retry_after")
                        : changed(notes, w, "--timeout=" + written, right)));
    }

    private static String line(Notes notes, Worker w) {
        return Notes.shown(notes.lines(w.site().file()).get(w.site().line() - 1).strip());
    }

    /** In its line, when it stands there as it is. */
    private static Fix changed(Notes notes, Worker w, String now, String right) {
        String line = notes.lines(w.site().file()).get(w.site().line() - 1);
        String what = "set " + right + " (below retry_after)";
        return line.contains(now)
                ? notes.replace(what, w.site(), List.of(), line.replace(now, right))
                : Fix.byHand(what);
    }

    private static void bounds(Notes notes, Worker w) {
        if (w.option("memory") == null) {
            notes.add(MEMORY.finding(
                    List.of(w.site()),
                    "queue:work",
                    "the worker of " + w.site() + " has no --memory: it ends between jobs above 128 MB",
                    List.of(line(notes, w)),
                    "Nobody has decided what it may use; within a job nothing but PHP's memory_limit holds it.",
                    Fix.byHand("give it --memory, and memory_limit above it")));
        }
        if (w.option("max-time") == null
                && w.option("max-jobs") == null
                && !w.options().contains("--once")
                && !w.options().contains("--stop-when-empty")) {
            notes.add(LIFE.finding(
                    List.of(w.site()),
                    "queue:work",
                    "the worker of " + w.site() + " has neither --max-time nor --max-jobs",
                    List.of(line(notes, w)),
                    "What leaks stays for the worker's whole life, and connections grow stale.",
                    Fix.byHand("give it --max-time=3600, and let it be started again always")));
        }
    }
}
