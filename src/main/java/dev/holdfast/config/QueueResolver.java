package dev.holdfast.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Signal;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From queues as written to specs; the launch is {@link Resolver}'s, notices and pauses {@link ScheduleResolver}'s. */
final class QueueResolver {
    /** Of failures that need nothing to tell them by. */
    private static final Set<String> KINDS = Set.of("spawn", "process", "timeout", "oom", "size", "delivery", "lost");

    private static final java.util.regex.Pattern PLACE =
            java.util.regex.Pattern.compile("\\{\\{|\\}\\}|\\{([^{}]*)\\}|[{}]");
    private static final String IN_WORKDIR = "{workdir}/";
    private static final QueueSection.Concurrency ONE = new QueueSection.Concurrency(1, null, 1);
    private static final Duration WINDOW = Duration.ofMinutes(15);

    private final Problems problems;
    private final Binder binder;
    private final Resolver resolver;
    private final ScheduleResolver schedules;

    QueueResolver(Problems problems, Binder binder, Resolver resolver, ScheduleResolver schedules) {
        this.problems = problems;
        this.binder = binder;
        this.resolver = resolver;
        this.schedules = schedules;
    }

    QueueSpec queue(String name, QueueSection q, Node at) {
        var r = new Ranges(problems, binder, q, at);
        r.positive("timeout", q.timeout());
        r.positive("idleTimeout", q.idleTimeout());
        r.positive("ageing", q.ageing());
        r.within("maxLength", q.maxLength(), 0, 1_000_000_000);
        QueueSection.Concurrency c = q.concurrency() == null ? ONE : q.concurrency();
        var cr = new Ranges(problems, binder, c, binder.at(q, "concurrency", at));
        cr.within("limit", c.limit(), 1, 1000);
        cr.within("perKey", c.perKey(), 1, 1000);
        program(q, at);
        if (q.stop() != null && q.stop().command() != null) {
            problems.add(binder.at(q.stop(), "command", at), "a job is ended by a signal; only a process has this");
        }
        pattern(q.progress(), binder.at(q, "progress", at), true);
        templates(q, at);
        if (c.key() != null) {
            key(c, c.key(), q, at);
        }
        return new QueueSpec(
                name,
                resolver.launch(q, r, at),
                new PayloadResolver(problems, binder).fields(q),
                c.limit(),
                c.key(),
                c.perKey(),
                q.rate(),
                q.ageing(),
                q.timeout(),
                q.idleTimeout(),
                resolver.stop(q.stop(), at),
                ResourcesSpec.of(q.resources(), null),
                workdir(q.workdir(), at),
                deliver(q, at),
                retry(q.retry(), q.pull() != null, at),
                q.progress(),
                schedules.notice(q.onSuccess(), at),
                schedules.notice(q.onFailure(), at),
                alert(q.alert(), at),
                q.maxLength(),
                keep(q.keep(), at),
                pull(q.pull(), at),
                q.enabled(),
                resolver.log(q, q.logging(), at));
    }

    private void program(QueueSection q, Node at) {
        if (q.pull() == null) {
            if (q.command() == null && !binder.broken(q)) {
                problems.add(at, "a queue needs a command, or pull, for workers that take its jobs over HTTP");
            }
            return;
        }
        // What no program is there for would be ignored.
        for (String key : List.of("command", "progress", "workdir", "deliver", "timeout", "idleTimeout", "stop")) {
            Node written = binder.written(q, key);
            if (written != null) {
                problems.add(
                        written,
                        Binder.key(QueueSection.class, key) + " counts only without pull: nothing is run here");
            }
        }
    }

    // ── templates ──

    private void templates(QueueSection q, Node at) {
        Set<String> known = new HashSet<>(binder.names(q.payload()));
        known.addAll(QueueSpec.PLACES);
        ProcessSection.Command command = q.command();
        if (command != null) {
            Node where = binder.at(q, "command", at);
            command.argv().forEach(argument -> template(argument, known, where));
            if (!command.argv().isEmpty() && !places(command.argv().getFirst()).isEmpty()) {
                problems.add(
                        where, "a job may not choose the program: the first argument has no place to be filled in");
            }
            if (q.workdir() == null
                    && command.argv().stream().anyMatch(a -> places(a).contains("workdir"))) {
                problems.add(where, "{workdir} needs workdir:, which is not given");
            }
        }
    }

    private void key(QueueSection.Concurrency c, String key, QueueSection q, Node at) {
        Node where = binder.at(c, "key", at);
        template(key, Set.copyOf(binder.names(q.payload())), where);
        if (places(key).isEmpty()) {
            problems.add(where, "\"" + key + "\" is the same for all jobs: it names a field, such as {user}");
        }
    }

    private void template(String text, Set<String> known, Node at) {
        Matcher m = PLACE.matcher(text);
        while (m.find()) {
            String name = m.group(1);
            if (name == null && m.group().length() == 1) {
                problems.add(at, "\"" + text + "\": a brace that is meant as one is written twice, {{ or }}");
            } else if (name != null && !known.contains(name)) {
                problems.add(
                        at,
                        "\"" + text + "\": {" + name + "} is nothing of a job" + Problems.hint(name, known)
                                + " (known: "
                                + String.join(", ", known.stream().sorted().toList()) + ")");
            }
        }
    }

    private static List<String> places(String text) {
        return PLACE.matcher(text)
                .results()
                .filter(r -> r.group(1) != null)
                .map(r -> r.group(1))
                .toList();
    }

    // ── the rest ──

    private QueueSpec.@Nullable WorkdirSpec workdir(QueueSection.@Nullable Workdir w, Node at) {
        if (w == null) {
            return null;
        }
        var r = new Ranges(problems, binder, w, at);
        r.mode("mode", w.mode());
        if ((w.mode().bits() & 0700) != 0700) {
            r.add("mode", "0" + Integer.toOctalString(w.mode().bits()), "lets its owner in: 07.. ");
        }
        r.positive("maxSize", w.maxSize());
        r.absolute("path", w.path());
        return new QueueSpec.WorkdirSpec(w.ephemeral(), w.mode().bits(), w.maxSize(), w.path());
    }

    private QueueSpec.@Nullable DeliverSpec deliver(QueueSection q, Node at) {
        QueueSection.Deliver d = q.deliver();
        if (d == null) {
            return null;
        }
        if (q.workdir() == null) {
            problems.add(binder.at(q, "deliver", at), "deliver takes files out of workdir:, which is not given");
        }
        Node files = binder.at(d, "files", at);
        String pattern = d.files().startsWith(IN_WORKDIR) ? d.files().substring(IN_WORKDIR.length()) : d.files();
        if (pattern.isEmpty()
                || pattern.startsWith("/")
                || List.of(pattern.split("/", -1)).contains("..")) {
            problems.add(files, "\"" + d.files() + "\": it is a pattern in the work directory, such as {workdir}/*");
        }
        Node to = binder.at(d, "to", at);
        Set<String> known = new HashSet<>(binder.names(q.payload()));
        known.addAll(Set.of("id", "queue", "attempt"));
        template(d.to(), known, to);
        if (!d.to().startsWith("/") || List.of(d.to().split("/", -1)).contains("..")) {
            problems.add(to, "\"" + d.to() + "\": it is an absolute path");
        }
        if (!places(d.to()).contains("id")) {
            problems.add(to, "\"" + d.to() + "\": with {id} in it each job has a directory of its own");
        }
        return new QueueSpec.DeliverSpec(pattern, d.to());
    }

    private QueueSpec.RetrySpec retry(QueueSection.@Nullable Retry w, boolean pull, Node at) {
        int most = w == null ? 1 : w.maxAttempts();
        ScheduleSpec.RetrySpec pauses =
                schedules.retry(w == null ? null : new JobSections.Retries(most, w.backoff()), at);
        if (w != null) {
            new Ranges(problems, binder, w, at).within("maxAttempts", most, 1, 100);
            if (most == 1 && !w.when().isEmpty()) {
                problems.add(
                        binder.at(w, "when", at), "with max_attempts: 1 nothing is tried again: when has no effect");
            }
        }
        return new QueueSpec.RetrySpec(
                most,
                pauses.initial(),
                pauses.max(),
                pauses.jitter(),
                w == null
                        ? List.of()
                        : w.when().stream().map(x -> when(x, pull, at)).toList());
    }

    /** @param pull its workers say the class themselves: nothing need tell it */
    private QueueSpec.When when(QueueSection.When w, boolean pull, Node at) {
        Node where = binder.at(w, "failure", at);
        if (!w.failure().matches("[a-z][a-z0-9_-]{0,62}")) {
            problems.add(where, "\"" + w.failure() + "\": a class has lower-case letters, digits, _ and -");
        }
        boolean told = w.stderr() != null || w.signal() != null || !w.exit().isEmpty();
        if (w.failure().equals("validation")) {
            problems.add(where, "a payload that is refused is not tried again: it would be refused again");
        } else if (!told && !pull && !KINDS.contains(w.failure())) {
            problems.add(
                    where,
                    "\"" + w.failure() + "\": a class of its own needs stderr, exit or signal that tell it"
                            + Problems.hint(w.failure(), KINDS) + " (without: "
                            + String.join(", ", KINDS.stream().sorted().toList()) + ")");
        } else if (told && KINDS.contains(w.failure()) && !w.failure().equals("process")) {
            problems.add(
                    where,
                    w.failure() + " is told by how it ended: stderr, exit and signal count with process and classes of"
                            + " your own");
        }
        if (w.signal() != null
                && !w.signal().equals("any")
                && Signal.parse(w.signal()).isEmpty()) {
            problems.add(binder.at(w, "signal", at), "\"" + w.signal() + "\": a signal's name, or any");
        }
        if (w.signal() != null && !w.exit().isEmpty()) {
            problems.add(binder.at(w, "exit", at), "a program that a signal ended has no exit code: give one of both");
        }
        w.exit().stream()
                .filter(code -> code < 1 || code > 255)
                .forEach(code -> problems.add(binder.at(w, "exit", at), "\"" + code + "\": exit is 1 to 255"));
        pattern(w.stderr(), binder.at(w, "stderr", at), false);
        return new QueueSpec.When(w.failure(), w.stderr(), w.signal(), List.copyOf(w.exit()));
    }

    private QueueSpec.@Nullable AlertSpec alert(QueueSection.@Nullable Alert a, Node at) {
        if (a == null) {
            return null;
        }
        Threshold length = a.length();
        Threshold age = a.age();
        if (length != null
                && !(length instanceof Threshold.Compare(var s, var _, Threshold.Bound.Count(var _)) && s == null)) {
            problems.add(binder.at(a, "length", at), "\"" + length + "\": it is a number of jobs, such as > 200");
        }
        if (age != null
                && !(age instanceof Threshold.Compare(var s, var _, Threshold.Bound.Time(var _)) && s == null)) {
            problems.add(binder.at(a, "age", at), "\"" + age + "\": it is a time, such as > 10m");
        }
        QueueSection.FailureRate f = a.failureRate();
        if (f != null) {
            new Ranges(problems, binder, f, at).positive("window", f.window());
            if (f.over().share() >= 1) {
                problems.add(binder.at(f, "over", at), "\"" + f.over() + "\": never over 100%");
            }
        }
        return new QueueSpec.AlertSpec(
                length,
                age,
                f == null ? null : (Double) f.over().share(),
                f == null ? WINDOW : f.window(),
                List.copyOf(a.channels()));
    }

    private QueueSpec.KeepSpec keep(QueueSection.@Nullable Keep k, Node at) {
        if (k == null) {
            return QueueSpec.KeepSpec.DEFAULT;
        }
        var r = new Ranges(problems, binder, k, at);
        r.positive("succeeded", k.succeeded());
        r.positive("failed", k.failed());
        r.within("most", k.most(), 0, 100_000_000);
        return new QueueSpec.KeepSpec(k.succeeded(), k.failed(), k.most());
    }

    private QueueSpec.@Nullable PullSpec pull(QueueSection.@Nullable Pull p, Node at) {
        if (p == null) {
            return null;
        }
        var r = new Ranges(problems, binder, p, at);
        if (p.lease().compareTo(Duration.ofSeconds(1)) < 0 || p.lease().compareTo(Duration.ofDays(1)) > 0) {
            r.add("lease", Durations.format(p.lease()), "is 1s to 1d");
        }
        r.within("maxJobs", p.maxJobs(), 1, 1_000_000_000);
        r.positive("maxRuntime", p.maxRuntime());
        return new QueueSpec.PullSpec(p.lease(), p.maxJobs(), p.maxRuntime());
    }

    private void pattern(@Nullable String regex, Node at, boolean withGroup) {
        try {
            if (regex != null && Pattern.compile(regex).groupCount() == 0 && withGroup) {
                problems.add(at, "\"" + regex + "\": its first group, in parentheses, is the percentage");
            }
        } catch (PatternSyntaxException e) {
            problems.add(
                    at,
                    "\"" + regex + "\" is no regular expression: " + e.getDescription()
                            + "; it is RE2's syntax, without look-around and back-references");
        }
    }
}
