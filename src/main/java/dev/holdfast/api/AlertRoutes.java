package dev.holdfast.api;

import static dev.holdfast.api.Scope.OPERATE;
import static dev.holdfast.api.Scope.READ;

import java.util.List;

/** What is asked of alerts. */
final class AlertRoutes {
    private final ControlPort port;

    AlertRoutes(ControlPort port) {
        this.port = port;
    }

    List<Route> all() {
        return List.of(
                Route.get("alerts", "What is known of alerts.", READ)
                        .gives(AlertList.class, _ -> Reply.ok(port.alerts().list())),
                Route.post("alerts/silence", "Tells nobody of some alerts for a while.", OPERATE)
                        .takes(AlertHush.class)
                        .gives(
                                AlertHushed.class,
                                a -> Reply.ok(port.alerts().silence(a.body(AlertHush.class), a.by()))),
                Route.post("alerts/unsilence", "Ends a silence, by its pattern.", OPERATE)
                        .takes(AlertHush.class)
                        .gives(
                                AlertHushed.class,
                                a -> Reply.ok(port.alerts()
                                        .unsilence(a.body(AlertHush.class).pattern()))),
                Route.post("alerts/test/{channel}", "Really sends a message, and waits for what comes of it.", OPERATE)
                        .gives(AlertTest.class, a -> Reply.ok(port.alerts().test(a.name("channel"), a.by()))));
    }
}
