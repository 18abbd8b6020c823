package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec.FieldSpec;
import dev.holdfast.queue.Payload.Answer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * URIs of a payload (RFC 3986), read more strictly than by most programs that get them: what two of them might read as
 * two addresses is refused.
 */
final class UriRule {
    /** Beside letters and digits. Brackets only where they are looked for. */
    private static final String MARKS = "-._~:/?#@!$&'()*+,;=%";

    /** Whose readers look for a host also where no // is (url.spec.whatwg.org, special schemes). */
    private static final Set<String> WITH_HOST = Set.of("http", "https", "ws", "wss", "ftp", "ftps", "sftp");

    private UriRule() {}

    /** @param spec without schemes: http and https */
    static Answer of(String value, FieldSpec spec) {
        String problem = problem(value, spec);
        return problem == null ? new Answer.Taken(value) : new Answer.No(problem);
    }

    private static @Nullable String problem(String value, FieldSpec spec) {
        String odd = odd(value);
        if (odd != null) {
            return odd;
        }
        int colon = value.indexOf(':');
        String scheme = colon < 0 ? "" : value.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!scheme.matches("[a-z][a-z0-9+.-]*")) {
            return "is an absolute URI, such as https://example.org/, not " + Shown.quoted(value);
        }
        List<String> schemes = spec.schemes().isEmpty() ? List.of("http", "https") : spec.schemes();
        if (!schemes.contains(scheme)) {
            return "is a URI of " + String.join(", ", schemes) + ", not of " + Shown.quoted(scheme);
        }
        String rest = value.substring(colon + 1);
        if (!rest.startsWith("//")) {
            if (WITH_HOST.contains(scheme)) {
                return "has no host: it begins as " + scheme + "://host/";
            }
            return rest.isEmpty() || rest.contains("[") || rest.contains("]")
                    ? "has nothing sensible behind " + scheme + ":"
                    : null;
        }
        return authority(rest.substring(2), scheme, spec);
    }

    /** Characters that belong into no URI; the rest is ASCII without white space. */
    private static @Nullable String odd(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '%') {
                if (i + 2 >= value.length() || !hex(value.charAt(i + 1)) || !hex(value.charAt(i + 2))) {
                    return "has a % without two hexadecimal digits behind it";
                }
            } else if (c <= ' ' || c == 127) {
                return "holds a space or a control character; a URI has %20 instead";
            } else if (c > 127) {
                return "holds " + Shown.quoted(value.substring(i, value.offsetByCodePoints(i, 1)))
                        + ", which is not ASCII; a URI has it percent-encoded, in a host's name as xn--…";
            } else if (!alphanumeric(c) && MARKS.indexOf(c) < 0 && c != '[' && c != ']') {
                return "holds " + Shown.quoted(String.valueOf(c)) + ", which a URI has percent-encoded";
            }
        }
        return value.indexOf('#') == value.lastIndexOf('#') ? null : "has a second #, which a URI has percent-encoded";
    }

    private static @Nullable String authority(String rest, String scheme, FieldSpec spec) {
        int end = 0;
        while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        String authority = rest.substring(0, end);
        int query = rest.indexOf('?', end);
        String path = rest.substring(end, query < 0 ? rest.length() : query);
        if (path.indexOf('[') >= 0 || path.indexOf(']') >= 0) { // in a query they are common, and harmless
            return "has brackets in its path; a URI has %5B and %5D there";
        }
        int at = authority.lastIndexOf('@');
        if (at >= 0) {
            if (!spec.allowCredentials()) {
                return "has credentials (user:password@), which are not allowed here";
            }
            String user = authority.substring(0, at);
            if (user.indexOf('@') >= 0 || user.indexOf('[') >= 0 || user.indexOf(']') >= 0) {
                return "has credentials that are to be percent-encoded";
            }
        }
        String hostAndPort = authority.substring(at + 1);
        int port = hostAndPort.indexOf(':', hostAndPort.lastIndexOf(']') + 1);
        String host = port < 0 ? hostAndPort : hostAndPort.substring(0, port);
        if (port >= 0 && !port(hostAndPort.substring(port + 1))) {
            return "has a port that is none; there are 1 to 65535";
        }
        if (host.isEmpty()) {
            return WITH_HOST.contains(scheme) || !authority.isEmpty() ? "has no host" : null;
        }
        return HostRule.problem(host, spec.allowPrivate());
    }

    private static boolean port(String text) {
        return text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text) <= 65535;
    }

    private static boolean alphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean hex(char c) {
        return Character.digit(c, 16) >= 0 && c < 128;
    }
}
