package dev.holdfast.api;

import static dev.holdfast.api.Scope.OPERATE;
import static dev.holdfast.api.Scope.READ;

import java.util.List;

/** What is asked of schedules. */
final class CronRoutes {
    private final ControlPort port;
    private final Waits orders;

    CronRoutes(ControlPort port, Waits orders) {
        this.port = port;
        this.orders = orders;
    }

    List<Route> all() {
        return List.of(
                Route.get("cron", "All schedules.", READ)
                        .gives(CronList.class, _ -> Reply.ok(port.cron().list())),
                Route.get("cron/overlaps", "How schedules pile up on a day, and how they might not.", READ)
                        .gives(
                                CronTexts.class,
                                _ -> Reply.ok(new CronTexts(port.cron().overlaps()))),
                Route.get("cron/{name}/next", "When a schedule is due.", READ)
                        .query(Param.whole("n", "Times.", 1, 1000, 10))
                        .gives(
                                CronTexts.class,
                                a -> Reply.ok(new CronTexts(port.cron()
                                        .next(a.name("name"), a.query().whole("n"))))),
                Route.get("cron/{name}/history", "What a schedule did, the latest last.", READ)
                        .query(
                                Param.whole("n", "Attempts, at most.", 1, 1000, 10),
                                Param.whole("lines", "Last lines of output of each.", 0, 9999, 0))
                        .gives(
                                CronHistory.class,
                                a -> Reply.ok(port.cron()
                                        .history(
                                                a.name("name"),
                                                a.query().whole("n"),
                                                a.query().whole("lines")))),
                Route.post("cron/{name}/run", "Runs a schedule now, beside its due times.", OPERATE)
                        .mayTake(CronOrder.class)
                        .gives(CronDone.class, this::run),
                pause("pause", "Runs nothing of a schedule until it is resumed.", true),
                pause("resume", "Runs a schedule again.", false));
    }

    private Reply run(Asked a) throws ControlPort.Refused, Bad {
        CronOrder order = a.body(CronOrder.class);
        var request = new Request(List.of(), null, null, null, order.await(), a.boundedMillis(order.timeoutMillis()));
        return orders.during(
                a.caller(),
                request.await(),
                "orders",
                () -> Reply.ok(port.cron().run(a.name("name"), request, a.by())));
    }

    private Route pause(String verb, String summary, boolean paused) {
        return Route.post("cron/{name}/" + verb, summary, OPERATE).gives(CronTexts.class, a -> {
            port.cron().pause(a.name("name"), paused, a.by());
            return Reply.ok(new CronTexts(List.of()));
        });
    }
}
