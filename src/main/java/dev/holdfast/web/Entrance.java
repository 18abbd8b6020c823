package dev.holdfast.web;

import dev.holdfast.api.Caller;
import dev.holdfast.api.Failure;
import dev.holdfast.api.HttpAnswer;
import dev.holdfast.api.ProblemDetails;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Who gets in with what: all that is decided of a request before its body is read. */
record Entrance(Listener.Parts parts, Set<String> hosts, String scheme) {
    private static final Set<String> READS = Set.of("GET", "HEAD");
    private static final Set<String> CHANGES = Set.of("POST", "PUT", "PATCH", "DELETE");
    private static final String BEARER = "Bearer ";
    private static final Map<String, String> HOW = Map.of("WWW-Authenticate", "Bearer realm=\"holdfast\"");

    /**
     * Who was let in.
     *
     * @param client as the limits know him
     * @param holds whether he still may
     */
    record Guest(Caller caller, String client, BooleanSupplier holds) {}

    /**
     * A request that may be answered.
     *
     * @param target path and query
     * @param told headers about his limits
     */
    record Admitted(Site.Door door, Guest guest, String target, Map<String, String> told) {}

    Admitted admit(Request request) throws Screen.Refused {
        InetAddress local = inet(request.getConnectionMetaData().getLocalSocketAddress());
        InetAddress remote = inet(request.getConnectionMetaData().getRemoteSocketAddress());
        HttpFields headers = request.getHeaders();
        String host = headers.get(HttpHeader.HOST);
        String authority = request.getHttpURI().getAuthority();
        Screen.host(host, hosts, local);
        Screen.host(authority == null ? host : authority, hosts, local);
        String method = request.getMethod();
        if (!READS.contains(method) && !CHANGES.contains(method)) {
            throw new Screen.Refused(refusal(
                    405,
                    "methods are GET, HEAD, POST, PUT, PATCH and DELETE",
                    Map.of("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE")));
        }
        String path = text(request.getHttpURI().getPath());
        List<String> segments = Screen.segments(path);
        String query = request.getHttpURI().getQuery();
        Screen.query(text(query));
        if (CHANGES.contains(method)) {
            Screen.origin(headers.get("Origin"), headers.get("Sec-Fetch-Site"), scheme + "://" + host);
        }
        Site.Door door = parts.site().at(path);
        String from = Limits.address(remote);
        Screen.Refused unknown = null;
        Guest guest = new Guest(new Caller("", remote.getHostAddress(), Set.of()), from, () -> true);
        if (!door.open()) {
            try {
                guest = guest(headers, from, remote);
            } catch (Screen.Refused e) {
                unknown = e;
            }
        }
        Limits.Verdict verdict = parts.limits().ask(method, segments, guest.client);
        if (!verdict.allowed()) {
            throw new Screen.Refused(tooMany(verdict, "too many requests"));
        }
        if (unknown != null) {
            throw unknown;
        }
        return new Admitted(door, guest, query == null ? path : path + "?" + query, limits(verdict));
    }

    private static String text(@Nullable String part) {
        return part == null ? "" : part;
    }

    private static InetAddress inet(@Nullable SocketAddress address) throws Screen.Refused {
        InetAddress inet = address instanceof InetSocketAddress a ? a.getAddress() : null;
        if (inet == null) {
            throw new Screen.Refused(400, "the connection is gone");
        }
        return inet;
    }

    private Guest guest(HttpFields headers, String from, InetAddress remote) throws Screen.Refused {
        String shown = headers.get(HttpHeader.AUTHORIZATION);
        if (shown == null) {
            parts.limits().failedWithoutToken();
            throw new Screen.Refused(refusal(401, "a token is needed: Authorization: Bearer hft_...", HOW));
        }
        boolean bearer = shown.regionMatches(true, 0, BEARER, 0, BEARER.length());
        Authenticator.Grant grant = bearer
                ? parts.authenticator().grant(shown.substring(BEARER.length()).strip(), remote.getHostAddress())
                : null;
        if (grant == null) { // who has one is not held up by who guesses beside him, behind the same proxy perhaps
            Limits.Verdict may = parts.limits().mayTry(from);
            if (!may.allowed()) {
                throw new Screen.Refused(tooMany(may, "too many tokens that are none came from your address"));
            }
            parts.limits().failed(from);
            throw new Screen.Refused(refusal(401, "this is no token, or none any more", HOW));
        }
        return new Guest(grant.caller(), Limits.token(grant.caller().name()), grant.holds());
    }

    private static HttpAnswer.Whole refusal(int status, String why, Map<String, String> headers) {
        return ProblemDetails.answer(status, new Failure(why, List.of()), headers);
    }

    private static HttpAnswer.Whole tooMany(Limits.Verdict verdict, String what) {
        int seconds = (int) Math.min(Integer.MAX_VALUE, verdict.waitSeconds());
        return ProblemDetails.answer(
                429, Failure.later(what + "; the next may come in " + seconds + " s", seconds), limits(verdict));
    }

    /** As draft-ietf-httpapi-ratelimit-headers has them. */
    private static Map<String, String> limits(Limits.Verdict v) {
        return v.burst() == 0
                ? Map.of()
                : Map.of(
                        "RateLimit-Policy",
                        "\"default\";q=" + v.burst() + ";w=" + v.windowSeconds(),
                        "RateLimit",
                        "\"default\";r=" + v.remaining() + ";t=" + (v.waitNanos() == 0 ? 0 : v.waitSeconds()));
    }
}
