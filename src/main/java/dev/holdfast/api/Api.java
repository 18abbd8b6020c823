package dev.holdfast.api;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.RecordsPort.Change;
import io.avaje.jsonb.Jsonb;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What can be asked of the daemon below {@code /api/v1/}, whichever way it comes. Thread-safe. One for all ways: what
 * may wait at once is counted in it.
 */
public final class Api implements HttpHandler {
    private static final Jsonb JSON = Jsonb.builder().build();

    /** Connections on which somebody may wait for the end of what he ordered. */
    private static final int ORDERS = 24;

    /** Characters of a text that the audit trail keeps. */
    private static final int MOST_KEPT = 1000;
    /** Of a request that its caller may not make at all: whoever may nothing must not fill the trail. */
    private static final int MOST_OF_STRANGERS = 100;

    private final ControlPort port;
    private final List<Route> routes;
    private final Consumer<String> warn;

    /** @param warn is told of bugs */
    public Api(ControlPort port, Consumer<String> warn) {
        this.port = port;
        this.warn = warn;
        var all = new ArrayList<Route>();
        var orders = new Waits(ORDERS, ORDERS / 2);
        all.addAll(new CoreRoutes(port, orders).all());
        all.addAll(new CronRoutes(port, orders).all());
        all.addAll(new AlertRoutes(port).all());
        all.addAll(new JobRoutes(port).all());
        all.addAll(new TokenRoutes(port).all());
        all.addAll(new RecordRoutes(port).all());
        routes = List.copyOf(all);
    }

    /** All that can be asked. */
    List<Route> routes() {
        return routes;
    }

    /**
     * Whether there is anything that a pattern of a path may be meant of.
     *
     * @param path of segments as they are, or {@code {name}} for any
     */
    public boolean has(String method, String path) {
        return path.startsWith(Route.ROOT)
                && routes.stream().anyMatch(r -> r.method().equals(method) && r.meets(steps(path)));
    }

    /** A route, and what the path says to it, undecoded. */
    private record Found(Route route, Map<String, String> names) {}

    @Override
    public HttpAnswer answer(HttpRequest request, Caller caller) {
        String path = request.path();
        List<Found> there = path.startsWith(Route.ROOT) ? at(path) : List.of();
        if (there.isEmpty()) {
            return ProblemDetails.answer(404, "there is nothing at " + path);
        }
        Found found = there.stream()
                .filter(f -> f.route.method().equals(request.method()))
                .findFirst()
                .orElse(null);
        return found == null ? notSo(request.method(), path, there) : answer(found, request, caller);
    }

    /** Whatever comes of it: a change is written down. */
    private HttpAnswer answer(Found found, HttpRequest request, Caller caller) {
        HttpAnswer answer;
        String detail = "";
        try {
            answer = perform(found, request, caller);
        } catch (Bad e) {
            detail = String.valueOf(e.getMessage());
            answer = ProblemDetails.answer(e.status, detail);
        } catch (Refused e) {
            detail = e.failure().error();
            answer = ProblemDetails.answer(e.status(), e.failure(), Map.of());
        } catch (RuntimeException bug) {
            warn.accept("a bug: " + request.method() + " " + request.target() + " ended in " + bug);
            detail = "the daemon has a bug here: " + bug;
            answer = ProblemDetails.answer(500, detail);
        }
        if (found.route.audit() != Route.Audit.NONE) {
            port.records().audited(change(found.route, request, caller, answer.status(), detail));
        }
        return answer;
    }

    private static Change change(Route route, HttpRequest request, Caller caller, int status, String detail) {
        boolean may = route.allows(caller);
        int most = may ? MOST_KEPT : MOST_OF_STRANGERS;
        String body = may && route.audit() == Route.Audit.ALL ? request.body().strip() : "";
        // what is wrong with a body may be told in its own words
        String why = status == 400 && route.audit() == Route.Audit.ASKED ? "" : detail;
        return new Change(
                caller.name(),
                caller.from(),
                request.method() + " " + Texts.cut(Texts.whole(request.target().substring(Route.ROOT.length())), most),
                Texts.cut(Texts.whole(body), MOST_KEPT),
                status,
                status < 400 ? "done" : "refused",
                Texts.cut(Texts.whole(why), MOST_KEPT));
    }

    /** Those whose path it is; of two for the same method, the one that names more of it comes first. */
    private static String[] steps(String path) {
        return path.substring(Route.ROOT.length()).split("/", -1);
    }

    private List<Found> at(String path) {
        String[] steps = steps(path);
        var found = new ArrayList<Found>();
        for (Route route : routes) {
            Map<String, String> names = route.match(steps);
            if (names != null) {
                found.add(new Found(route, names));
            }
        }
        found.sort((a, b) -> Integer.compare(a.names.size(), b.names.size()));
        return found;
    }

    private static HttpAnswer notSo(String method, String path, List<Found> there) {
        var methods = new TreeSet<String>();
        there.forEach(f -> methods.add(f.route.method()));
        String allowed = String.join(", ", methods);
        var failure = new Failure(method + " is not what " + path + " is for, but " + allowed, List.of());
        return ProblemDetails.answer(405, failure, Map.of("Allow", allowed));
    }

    private static HttpAnswer perform(Found found, HttpRequest request, Caller caller) throws Refused, Bad {
        Route route = found.route;
        if (!route.allows(caller)) {
            throw new Bad(403, "this needs the scope " + words(route) + ", which " + caller.name() + " has not");
        }
        var names = new HashMap<String, String>();
        for (Map.Entry<String, String> name : found.names.entrySet()) {
            names.put(name.getKey(), Query.decoded(name.getValue().replace("+", "%2B")));
        }
        if (route.takes() == null
                && !request.body().isBlank()
                && !request.body().strip().equals("{}")) {
            throw new Bad(400, "this takes nothing in its body");
        }
        return whole(
                route.handler().answer(new Asked(request, caller, names, new Query(request.query(), route.query()))));
    }

    private static String words(Route route) {
        return String.join(
                " or ", route.scopes().stream().sorted().map(Scope::word).toList());
    }

    private static HttpAnswer whole(Reply reply) {
        return switch (reply) {
            case Reply.Value(int status, Object body, Map<String, String> headers, Runnable undelivered) ->
                whole(status, JSON.toJson(body), headers, undelivered);
            case Reply.Text(int status, String json, Map<String, String> headers) ->
                whole(status, json, headers, () -> {});
            case Reply.Events(HttpAnswer.Source source) ->
                new HttpAnswer.Stream(200, Map.of("Content-Type", Route.EVENTS, "Cache-Control", "no-store"), source);
        };
    }

    private static HttpAnswer whole(int status, String json, Map<String, String> headers, Runnable undelivered) {
        var all = new HashMap<>(headers);
        if (status != 304) {
            all.putIfAbsent("Content-Type", Route.JSON);
        }
        HttpAnswer.Whole text = HttpAnswer.Whole.of(status, Route.JSON, json);
        return new HttpAnswer.Whole(status, all, text.body(), undelivered);
    }
}
