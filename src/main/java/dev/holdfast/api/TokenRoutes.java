package dev.holdfast.api;

import static dev.holdfast.api.Scope.ADMIN;

import java.util.List;

/** What is asked of tokens. */
final class TokenRoutes {
    private final ControlPort port;

    TokenRoutes(ControlPort port) {
        this.port = port;
    }

    List<Route> all() {
        return List.of(
                Route.get("tokens", "All tokens, not what they are.", ADMIN)
                        .gives(TokenList.class, _ -> Reply.ok(port.tokens().list())),
                Route.post("tokens", "Makes a token, and shows it this once.", ADMIN)
                        .takes(TokenOrder.class)
                        .gives(
                                List.of(new Route.Gives(201, Route.JSON, TokenMade.class)),
                                a -> Reply.of(201, port.tokens().create(a.body(TokenOrder.class), a.by()))),
                Route.post("tokens/{name}/revoke", "Ends a token, at once and for good.", ADMIN)
                        .gives(TokenList.class, a -> Reply.ok(port.tokens().revoke(a.name("name"), a.by()))));
    }
}
