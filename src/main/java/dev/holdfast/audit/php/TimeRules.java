package dev.holdfast.audit.php;

import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Grade;
import java.util.ArrayList;
import java.util.List;

/** How long a request may take, and who is told when it does. */
final class TimeRules {
    private static final String TERMINATE = "request_terminate_timeout";
    private static final String SLOW = "request_slowlog_timeout";

    private final Fpm fpm;
    private final Pool pool;
    private final List<Finding> found = new ArrayList<>();

    private TimeRules(Fpm fpm, Pool pool) {
        this.fpm = fpm;
        this.pool = pool;
    }

    static List<Finding> of(Fpm fpm, Pool pool, WebTimeout web) {
        var rules = new TimeRules(fpm, pool);
        rules.endless(web);
        rules.longerThan(web);
        rules.slowlog();
        return rules.found;
    }

    /** php.ini's 0, and that of fpm: nothing ends a request. */
    private void endless(WebTimeout web) {
        if (pool.seconds(TERMINATE) > 0 || given(TERMINATE)) {
            return;
        }
        long execution = fpm.number(pool, "max_execution_time", 30);
        Setting s = fpm.ini().effective(pool, "max_execution_time");
        Setting off = pool.get(TERMINATE);
        Setting anchor = pool.get("pm.max_children");
        String line = TERMINATE + " = " + web.seconds() + "s";
        List<Edit> edits = off != null
                ? List.of(Fpm.set(off, web.seconds() + "s"))
                : anchor == null ? List.of() : List.of(Fpm.after(anchor, line));
        var evidence = new ArrayList<String>();
        evidence.add(off == null ? TERMINATE + " is not set: off" : off.evidence());
        evidence.add(s == null ? "max_execution_time is not set: 30 s" : s.evidence());
        evidence.add("max_execution_time counts only time on the processor: a request that waits for a database or"
                + " another server is not ended by it");
        evidence.addAll(web.evidence());
        found.add(new Finding(
                "php-fpm-no-request-timeout",
                execution <= 0 ? Grade.WARNING : Grade.NOTE,
                List.of(off == null ? pool.site() : off.site()),
                pool.name(),
                "pool " + pool.name() + ": nothing ends a request that "
                        + (execution <= 0 ? "goes on for ever" : "waits for ever"),
                evidence,
                "When what it waits for hangs, each such request keeps a child; when all " + pool.children()
                        + " are kept, the site is down though nothing has failed.",
                fpm.fix("set " + line, edits)));
    }

    private boolean given(String key) {
        Setting s = pool.get(key);
        return s != null && s.value().contains("${");
    }

    private void longerThan(WebTimeout web) {
        Setting s = pool.get(TERMINATE);
        long seconds = pool.seconds(TERMINATE);
        if (s == null || !web.known() || seconds <= web.seconds()) {
            return;
        }
        var evidence = new ArrayList<>(List.of(s.evidence()));
        evidence.addAll(web.evidence());
        found.add(new Finding(
                "php-fpm-timeout-beyond-web-server",
                Grade.WARNING,
                List.of(s.site()),
                pool.name(),
                "pool " + pool.name() + ": a request may take " + seconds + " s, " + web.server() + " gives up after "
                        + web.seconds() + " s",
                evidence,
                "The visitor has a 504 long before; the child works on for nobody, and a reload of the page takes the"
                        + " next one.",
                fpm.fix(
                        "set " + TERMINATE + " to " + web.seconds() + "s, or raise " + web.setting() + " to " + seconds
                                + "s",
                        List.of(Fpm.set(s, web.seconds() + "s")))));
    }

    private void slowlog() {
        Setting log = pool.get("slowlog");
        Setting at = pool.get(SLOW);
        long slow = pool.seconds(SLOW);
        long end = pool.seconds(TERMINATE);
        if (at != null && slow > 0 && log == null) {
            String path = "/var/log/php-fpm-" + pool.name() + "-slow.log";
            found.add(new Finding(
                    "php-fpm-slowlog-missing",
                    Grade.CRITICAL,
                    List.of(at.site()),
                    pool.name(),
                    "pool " + pool.name() + ": " + SLOW + " is set, and slowlog is not",
                    List.of(at.evidence()),
                    "php-fpm does not start with that.",
                    fpm.fix("say where: slowlog = " + path, List.of(Fpm.after(at, "slowlog = " + path)))));
        } else if (at != null && slow > 0 && end > 0 && slow > end) {
            Setting terminate = pool.get(TERMINATE);
            found.add(new Finding(
                    "php-fpm-slowlog-beyond-timeout",
                    Grade.CRITICAL,
                    List.of(at.site()),
                    pool.name(),
                    "pool " + pool.name() + ": " + SLOW + " " + slow + " s is above " + TERMINATE + " " + end + " s",
                    List.of(at.evidence(), terminate == null ? "" : terminate.evidence()),
                    "php-fpm does not start with that.",
                    fpm.fix(
                            "set " + SLOW + " to " + Math.max(1, end / 3) + "s",
                            List.of(Fpm.set(at, Math.max(1, end / 3) + "s")))));
        } else if (log != null && slow == 0 && !given(SLOW)) {
            found.add(new Finding(
                    "php-fpm-slowlog-idle",
                    Grade.NOTE,
                    List.of(log.site()),
                    pool.name(),
                    "pool " + pool.name() + ": slowlog is set, and without " + SLOW + " nothing is written to it",
                    List.of(log.evidence()),
                    "Whoever looks there for slow requests sees none, and believes it.",
                    at == null
                            ? fpm.fix("set " + SLOW + " to 5s", List.of(Fpm.after(log, SLOW + " = 5s")))
                            : fpm.fix("set " + SLOW + " to 5s", List.of(Fpm.set(at, "5s")))));
        }
    }
}
