package dev.holdfast.config;

import dev.holdfast.cron.CronExpression;
import dev.holdfast.cron.CronSyntaxException;
import dev.holdfast.cron.Timing;
import dev.holdfast.unit.Durations;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From schedules as written to specs; the launch is {@link Resolver}'s. */
final class ScheduleResolver {
    private static final Duration LONGEST_JITTER = Duration.ofDays(1);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final Problems problems;
    private final Binder binder;
    private final Resolver resolver;
    private final Map<String, Integer> groups = new HashMap<>();

    ScheduleResolver(Problems problems, Binder binder, Resolver resolver) {
        this.problems = problems;
        this.binder = binder;
        this.resolver = resolver;
    }

    /** Null when there is no telling when it is due; then there is a problem. */
    @Nullable
    ScheduleSpec schedule(String name, JobSections.Schedule s, Node at) {
        var r = new Ranges(problems, binder, s, at);
        r.positive("timeout", s.timeout());
        r.within("maxFailures", s.maxFailures(), 1, 1_000_000);
        if (s.jitter().compareTo(LONGEST_JITTER) > 0) {
            r.add("jitter", Durations.format(s.jitter()), "is at most 1d");
        }
        var overlap = s.overlap() == null ? JobSections.Overlap.ofPolicy(ScheduleSpec.Overlap.SKIP) : s.overlap();
        new Ranges(problems, binder, overlap, at).within("depth", overlap.depth(), 1, 1000);
        if (overlap.depth() != null && overlap.policy() != ScheduleSpec.Overlap.QUEUE) {
            problems.add(binder.at(overlap, "depth", at), "depth counts only with policy: queue");
        }
        var catchUp = s.catchUp() == null ? JobSections.CatchUp.ofPolicy(ScheduleSpec.CatchUp.NONE) : s.catchUp();
        new Ranges(problems, binder, catchUp, at).within("atMost", catchUp.atMost(), 1, 1000);
        if (catchUp.atMost() != null && catchUp.policy() != ScheduleSpec.CatchUp.ALL) {
            problems.add(binder.at(catchUp, "atMost", at), "at_most counts only with policy: all");
        }
        JobSections.Concurrency c = s.concurrency();
        if (c != null && c.group().isBlank()) {
            problems.add(binder.at(s, "concurrency", at), "the group needs a name");
        }
        if (s.stop() != null && s.stop().command() != null) {
            problems.add(
                    binder.at(s.stop(), "command", at),
                    "a scheduled run is ended by a signal; only a process has this");
        }
        LaunchSpec launch = resolver.launch(s, r, at);
        Timing timing = timing(s, at);
        return timing == null
                ? null
                : new ScheduleSpec(
                        name,
                        timing,
                        launch,
                        ResourcesSpec.of(s.resources(), null),
                        s.jitter(),
                        overlap.policy(),
                        overlap.depth() == null ? 1 : overlap.depth(),
                        catchUp.policy(),
                        catchUp.atMost() == null ? 10 : catchUp.atMost(),
                        s.timeout(),
                        resolver.stop(s.stop(), at),
                        retry(s.retry(), at),
                        s.maxFailures(),
                        notice(s.onSuccess(), at),
                        notice(s.onFailure(), at),
                        group(s.concurrency(), at),
                        s.oneServer(),
                        heartbeat(s, at),
                        s.enabled(),
                        resolver.log(s, s.logging(), at));
    }

    private @Nullable Timing timing(JobSections.Schedule s, Node at) {
        String cron = s.cron();
        Duration every = s.every();
        if ((cron == null) == (every == null)) {
            boolean told = binder.broken(s) && cron == null;
            if (!told) {
                problems.add(cron == null ? at : binder.at(s, "every", at), "a schedule has either cron or every");
            }
            return null;
        }
        if (every != null) {
            if (s.timezone() != null) {
                problems.add(
                        binder.at(s, "timezone", at), "every follows elapsed time, which is the same in every zone");
            }
            try {
                return new Timing.Every(every);
            } catch (IllegalArgumentException e) {
                problems.add(binder.at(s, "every", at), "\"" + Durations.format(every) + "\": " + e.getMessage());
                return null;
            }
        }
        ZoneId zone = zone(s, s.timezone(), at);
        return cron == null ? null : read(cron, zone, binder.at(s, "cron", at));
    }

    /** Also of reports. Null when it cannot be read, which is then told. */
    @Nullable
    Timing read(String cron, ZoneId zone, Node at) {
        if (cron.strip().equals("@reboot")) {
            return new Timing.Reboot();
        }
        try {
            return new Timing.Cron(CronExpression.parse(cron), zone);
        } catch (CronSyntaxException e) {
            problems.add(at, "\"" + cron + "\": " + e.getMessage());
            return null;
        }
    }

    /** @param written under timezone of that section; null: the host's */
    ZoneId zone(Object section, @Nullable String written, Node at) {
        if (written == null) {
            return ZoneId.systemDefault();
        }
        try {
            return ZoneId.of(written);
        } catch (DateTimeException e) {
            problems.add(
                    binder.at(section, "timezone", at),
                    "\"" + written + "\" is no time zone; such as Europe/Berlin or UTC"
                            + Problems.hint(written, ZoneId.getAvailableZoneIds()));
            return ZoneId.of("UTC");
        }
    }

    ScheduleSpec.RetrySpec retry(JobSections.@Nullable Retries w, Node at) {
        if (w == null) {
            return new ScheduleSpec.RetrySpec(1, FIRST_PAUSE, LONGEST_PAUSE, 0.1);
        }
        new Ranges(problems, binder, w, at).within("maxAttempts", w.maxAttempts(), 1, 100);
        JobSections.Backoff b = w.backoff();
        if (b == null) {
            return new ScheduleSpec.RetrySpec(w.maxAttempts(), FIRST_PAUSE, LONGEST_PAUSE, 0.1);
        }
        var r = new Ranges(problems, binder, b, at);
        Duration max =
                b.max() != null ? b.max() : LONGEST_PAUSE.compareTo(b.initial()) < 0 ? b.initial() : LONGEST_PAUSE;
        if (max.compareTo(b.initial()) < 0) {
            r.add("initial", Durations.format(b.initial()), "is at most max, " + Durations.format(max));
        }
        if (b.jitter().share() > 1) {
            r.add("jitter", b.jitter().toString(), "is at most 100%");
        }
        return new ScheduleSpec.RetrySpec(
                w.maxAttempts(), b.initial(), max, b.jitter().share());
    }

    ScheduleSpec.@Nullable NoticeSpec notice(JobSections.@Nullable Notice n, Node at) {
        if (n == null) {
            return null;
        }
        ProcessSection.Command c = n.command();
        if (n.webhook() == null && c == null) {
            problems.add(at, "whom shall it tell? give a webhook or a command");
        }
        http(n.webhook(), n, "webhook", at);
        return new ScheduleSpec.NoticeSpec(
                n.webhook(), c == null ? null : resolver.listed(c, binder.at(n, "command", at)));
    }

    private @Nullable URI heartbeat(JobSections.Schedule s, Node at) {
        http(s.heartbeat(), s, "heartbeat", at);
        return s.heartbeat();
    }

    private void http(@Nullable URI uri, Object section, String component, Node at) {
        if (uri != null && !uri.getScheme().equals("http") && !uri.getScheme().equals("https")) {
            problems.add(
                    binder.at(section, component, at), Problems.origin(uri) + ": it begins with http:// or https://");
        }
    }

    /** Members that disagree on the limit would make it depend on their order. */
    private ScheduleSpec.@Nullable GroupSpec group(JobSections.@Nullable Concurrency c, Node at) {
        if (c == null) {
            return null;
        }
        new Ranges(problems, binder, c, at).within("limit", c.limit(), 1, 1000);
        Integer other = groups.putIfAbsent(c.group(), c.limit());
        if (other != null && other != c.limit()) {
            problems.add(
                    binder.at(c, "limit", at),
                    "the group \"" + c.group() + "\" has a limit of " + other + " elsewhere in this file, and of "
                            + c.limit() + " here");
        }
        return new ScheduleSpec.GroupSpec(c.group(), c.limit());
    }
}
