package dev.holdfast.api;

import java.util.Set;

/**
 * Who asks, as whoever took the request found out.
 *
 * @param name for people and for the audit trail: a user of this host, or a token's name
 * @param from where: {@code socket}, or an address
 * @param scopes all that it may, contained ones too
 */
public record Caller(String name, String from, Set<Scope> scopes) {
    static final String SOCKET = "socket";

    public Caller {
        scopes = Set.copyOf(scopes);
    }

    /** By the Unix socket. */
    boolean local() {
        return from.equals(SOCKET);
    }

    public boolean may(Scope scope) {
        return scopes.contains(scope);
    }
}
