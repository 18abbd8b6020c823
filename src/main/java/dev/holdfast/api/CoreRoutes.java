package dev.holdfast.api;

import static dev.holdfast.api.Scope.ADMIN;
import static dev.holdfast.api.Scope.OPERATE;
import static dev.holdfast.api.Scope.READ;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.ControlPort.Verb;
import dev.holdfast.api.Route.Gives;
import dev.holdfast.unit.Durations;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What is asked of the daemon itself, and of its processes. */
final class CoreRoutes {
    /** A value that is not known takes its place in the row. */
    private static final Jsonb WITH_NULLS = Jsonb.builder().serializeNulls(true).build();

    private static final Jsonb JSON = Jsonb.builder().build();

    private final ControlPort port;
    private final Waits orders;

    CoreRoutes(ControlPort port, Waits orders) {
        this.port = port;
        this.orders = orders;
    }

    List<Route> all() {
        var routes = new ArrayList<Route>(List.of(
                Route.get("status", "The daemon, what it runs, and how that is.", READ)
                        .query(Param.texts("name", "A process, replica, schedule or queue; without one, all."))
                        .gives(
                                List.of(new Gives(200, Route.JSON, Status.class), new Gives(304, "", null)),
                                this::status),
                Route.get("me", "Who asks, and what that may.").gives(Me.class, CoreRoutes::me),
                Route.get("openapi.json", "This document.")
                        .gives(List.of(new Gives(200, Route.JSON, null)), _ -> openApi()),
                Route.get("guard", "What the guard sees, and has done.", READ)
                        .gives(GuardReport.class, _ -> Reply.ok(port.guard())),
                Route.get("processes/{name}/configuration", "What holds for a process, defaults included.", READ)
                        .gives(ProcessConfiguration.class, a -> Reply.ok(port.configuration(a.name("name")))),
                Route.get("plan", "What a reload would do.", READ).gives(PlanReply.class, _ -> Reply.ok(port.plan())),
                Route.get("doctor", "What this host lets the daemon do.", READ)
                        .gives(Doctor.class, _ -> Reply.ok(port.doctor())),
                Route.get("health", "How all that the daemon knows of is.", READ)
                        .gives(HealthReport.class, _ -> Reply.ok(port.health())),
                Route.get("why/{name}", "Why replicas of a process, or runs of a schedule, ended.", READ)
                        .query(
                                Param.whole("ends", "Ends of each, at most.", 0, 9999, 5),
                                Param.whole("lines", "Last lines of output of each end.", 0, 9999, 10))
                        .gives(
                                Why.class,
                                a -> Reply.ok(port.why(
                                        a.name("name"),
                                        a.query().whole("ends"),
                                        a.query().whole("lines")))),
                Route.get("history", "What was measured of a process or the host, for charts.", READ)
                        .query(
                                Param.text("of", "host, process:NAME or process:NAME/INDEX."),
                                Param.oneOf("metric", "What.", "cpu", "memory", "restarts"),
                                Param.oneOf("span", "How far back; 1h when it is not given.", "1h", "24h", "30d"))
                        .gives(HistoryReport.class, this::history),
                Route.get("report", "What this host did: usage, leaks, restarts, limits that do not fit, disks.", READ)
                        .query(Param.text("since", "How far back, 1h to 30d; 7d when it is not given."))
                        .gives(UsageReport.class, this::report),
                Route.get("fleet", "The hosts that share a store.", READ)
                        .gives(FleetReport.class, _ -> Reply.ok(port.jobs().fleet())),
                Route.get("findings", "What in the host's own configuration will break, as last audited.", READ)
                        .gives(FindingList.class, _ -> Reply.ok(port.findings())),
                Route.post("findings", "Audits the host now and tells what it found; one audit at a time.", OPERATE)
                        .gives(FindingList.class, _ -> Reply.ok(port.auditNow())),
                Route.get("cleanups", "All cleanups.", READ)
                        .gives(CleanList.class, _ -> Reply.ok(port.cleanups().list())),
                clean("clean", "Cleans now.", false),
                clean("dry-run", "Tells what a cleaning would delete.", true),
                Route.post("reload", "Takes the configuration file as it is now.", ADMIN)
                        .gives(PlanReply.class, a -> Reply.ok(port.reload(a.by()))),
                Route.post("down", "Stops everything and ends the daemon; answers at once.", ADMIN)
                        .gives(PlanReply.class, a -> {
                            port.down(a.by());
                            return Reply.ok(new PlanReply(List.of()));
                        }),
                Route.post("logs/reopen", "Opens log files anew, which may have been renamed.", OPERATE)
                        .gives(PlanReply.class, a -> {
                            port.reopenLogs(a.by());
                            return Reply.ok(new PlanReply(List.of()));
                        })));
        for (Verb verb : Verb.values()) {
            routes.add(several(verb));
            routes.add(one(verb));
        }
        return routes;
    }

    private Reply history(Asked a) throws Refused, Bad {
        String of = a.query().one("of");
        String metric = a.query().one("metric");
        if (of == null || metric == null) {
            throw new Bad(400, "of and metric are missing: what is to be told of whom");
        }
        HistoryReport report =
                port.history(of, metric, Objects.requireNonNullElse(a.query().one("span"), "1h"));
        return new Reply.Text(200, WITH_NULLS.toJson(report), Map.of());
    }

    private Reply report(Asked a) throws Refused, Bad {
        String since = Objects.requireNonNullElse(a.query().one("since"), "7d");
        Duration span;
        try {
            span = Durations.parse(since);
        } catch (IllegalArgumentException e) {
            throw new Bad(400, "since: \"" + since + "\": " + e.getMessage());
        }
        if (span.compareTo(Duration.ofHours(1)) < 0 || span.compareTo(Duration.ofDays(30)) > 0) {
            throw new Bad(400, "since is 1h to 30d, which is what the history keeps");
        }
        return new Reply.Text(200, WITH_NULLS.toJson(port.report(span)), Map.of());
    }

    private Reply status(Asked a) throws Refused {
        return Etag.of(JSON.toJson(port.status(a.query().all("name"))), a.request());
    }

    /** It is made when Holdfast is built, and held by nobody. */
    private static Reply openApi() {
        try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
            return new Reply.Text(
                    200, new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8), Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Reply me(Asked a) {
        Caller caller = a.caller();
        return Reply.ok(new Me(
                caller.name(),
                caller.from(),
                caller.scopes().stream().sorted().map(Scope::word).toList()));
    }

    private Route clean(String what, String summary, boolean dryRun) {
        return Route.post("cleanups/{name}/" + what, summary, OPERATE)
                .gives(CleanReport.class, a -> Reply.ok(port.cleanups().clean(a.name("name"), dryRun, a.by())));
    }

    private static String does(Verb verb) {
        return switch (verb) {
            case START -> "Starts";
            case STOP -> "Stops";
            case RESTART -> "Restarts";
            case SIGNAL -> "Signals";
            case SCALE -> "Gives so many replicas to";
        };
    }

    private Route several(Verb verb) {
        String summary = does(verb) + " processes by their names; without any, all.";
        return Route.post("processes/" + word(verb), summary, OPERATE)
                .takes(Request.class)
                .gives(Done.class, a -> {
                    Request request = a.body(Request.class);
                    if (request.names() == null || request.names().stream().anyMatch(Objects::isNull)) {
                        throw new Bad(400, "names are missing: a list of texts");
                    }
                    return act(verb, request, a);
                });
    }

    private Route one(Verb verb) {
        String summary = does(verb) + " one process or replica.";
        return Route.post("processes/{name}/" + word(verb), summary, OPERATE)
                .mayTake(Order.class)
                .gives(Done.class, a -> {
                    Order order = a.body(Order.class);
                    var request = new Request(
                            List.of(a.name("name")),
                            order.signal(),
                            order.replicas(),
                            order.holdSeconds(),
                            order.await(),
                            order.timeoutMillis());
                    return act(verb, request, a);
                });
    }

    private Reply act(Verb verb, Request request, Asked a) throws Refused, Bad {
        var bounded = new Request(
                request.names(),
                request.signal(),
                request.replicas(),
                request.holdSeconds(),
                request.await(),
                a.boundedMillis(request.timeoutMillis()));
        return orders.during(a.caller(), bounded.await(), "orders", () -> Reply.ok(port.act(verb, bounded, a.by())));
    }

    private static String word(Verb verb) {
        return verb.name().toLowerCase(Locale.ROOT);
    }
}
