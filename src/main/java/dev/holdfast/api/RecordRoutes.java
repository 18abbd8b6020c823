package dev.holdfast.api;

import static dev.holdfast.api.Scope.ADMIN;
import static dev.holdfast.api.Scope.READ;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.RecordsPort.Lines;
import dev.holdfast.api.RecordsPort.LogWish;
import dev.holdfast.api.Route.Gives;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is asked of what was written down. */
final class RecordRoutes {
    private static final int MOST = 1000;
    private static final int MOST_LINES = 5000;
    private static final String[] LEVELS = {"trace", "debug", "info", "notice", "warn", "error", "critical"};

    private final ControlPort port;

    RecordRoutes(ControlPort port) {
        this.port = port;
    }

    List<Route> all() {
        return List.of(
                Route.get("events", "What happened, as the journal has it; as events, what happens.", READ)
                        .query(
                                Param.whole("n", "Events, at most.", 1, MOST, 100),
                                Param.text("after", "An id, the last one seen before."),
                                Param.text("replica", "Only of this one, with its number: web/0."))
                        .gives(pageOrEvents(EventPage.class, EventPage.Entry.class), this::events),
                Route.get("logs/{name}", "What a process, schedule or queue printed; as events, what it prints.", READ)
                        .query(
                                Param.whole("lines", "The last of them, at most.", 1, MOST_LINES, 200),
                                Param.text("grep", "Only lines that match; RE2's syntax."),
                                Param.oneOf("stream", "Only of this one.", "stdout", "stderr"),
                                Param.oneOf("level", "Only lines that say this level or a higher one.", LEVELS))
                        .gives(pageOrEvents(LogPage.class, LogPage.Entry.class), this::logs),
                Route.get("audit", "Changes that were asked for, and what came of them.", ADMIN)
                        .query(
                                Param.whole("n", "Changes, at most.", 1, MOST, 100),
                                Param.text("after", "An id, the last one seen before."))
                        .gives(AuditPage.class, a -> {
                            Lines lines = port.records()
                                    .audit(a.query().whole("n"), id(a.query().one("after")));
                            return page("changes", lines);
                        }));
    }

    private static List<Gives> pageOrEvents(Class<?> page, Class<?> entry) {
        return List.of(new Gives(200, Route.JSON, page), new Gives(200, Route.EVENTS, entry));
    }

    private Reply events(Asked a) throws Refused, Bad {
        String after = id(a.query().one("after"));
        String replica = a.query().one("replica");
        if (!wantsEvents(a)) {
            return page("events", port.records().events(a.query().whole("n"), after, replica));
        }
        String last = last(a);
        return new Reply.Events(new Sse(port.records().followEvents(last == null ? after : last, replica)));
    }

    private Reply logs(Asked a) throws Refused, Bad {
        Query query = a.query();
        var wish = new LogWish(query.one("grep"), query.one("stream"), query.one("level"));
        String name = a.name("name");
        return wantsEvents(a)
                ? new Reply.Events(new Sse(port.records().followLogs(name, wish, last(a))))
                : Reply.ok(port.records().logs(name, wish, query.whole("lines")));
    }

    private static Reply page(String name, Lines lines) {
        return new Reply.Text(
                200,
                "{\"" + name + "\":[" + String.join(",", lines.json()) + "],\"missed\":" + lines.missed() + "}",
                Map.of());
    }

    private static boolean wantsEvents(Asked a) {
        String accept = a.request().header("accept");
        return accept != null && accept.toLowerCase(Locale.ROOT).contains(Route.EVENTS);
    }

    private static @Nullable String last(Asked a) throws Bad {
        return id(a.request().header("last-event-id"));
    }

    private static @Nullable String id(@Nullable String given) throws Bad {
        if (given == null || given.isEmpty()) {
            return null;
        }
        if (!given.matches("[0-9a-z.,-]{1,2000}")) {
            throw new Bad(400, "that is no id: it is what stood there as id");
        }
        return given;
    }
}
