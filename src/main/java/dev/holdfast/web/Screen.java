package dev.holdfast.web;

import dev.holdfast.api.HttpAnswer;
import dev.holdfast.api.ProblemDetails;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is looked at before anybody is asked for a token: where it was sent to, and whether its path means one thing only. */
final class Screen {
    /** A replica's name as one segment. */
    private static final Pattern REPLICA = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*%2[fF]\\d{1,4}");

    private Screen() {}

    /** A request that is refused. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        final transient HttpAnswer.Whole answer;

        Refused(HttpAnswer.Whole answer) {
            super("status " + answer.status(), null, false, false); // no bug: nobody wants its trace
            this.answer = answer;
        }

        Refused(int status, String why) {
            this(ProblemDetails.answer(status, why));
        }
    }

    /**
     * The segments of a path, decoded.
     *
     * @param path as it came; the first character is a slash
     * @throws Refused when servers, proxies and file systems could take it for different ones: slashes, dots or NULs that are
     *     written as something else, empty segments, what is no UTF-8
     */
    static List<String> segments(String path) throws Refused {
        if (!path.startsWith("/")) {
            throw new Refused(400, "a path begins with /");
        }
        var segments = new ArrayList<String>();
        List<String> raw = List.of(path.substring(1).split("/", -1));
        for (int i = 0; i < raw.size(); i++) {
            String segment = raw.get(i);
            if (segment.isEmpty() && i < raw.size() - 1) {
                throw new Refused(400, "a path has no empty segments");
            }
            String decoded = decoded(segment);
            if (decoded.equals(".") || decoded.equals("..")) {
                throw new Refused(400, "a path goes down only");
            }
            if (decoded.indexOf('/') >= 0 && !REPLICA.matcher(segment).matches()) {
                throw new Refused(400, "an encoded slash is for names of replicas only, such as web%2F0");
            }
            if (decoded.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '\\' || c == ';')) {
                throw new Refused(400, "a path has no control characters, ; or \\");
            }
            if (!segment.isEmpty()) {
                segments.add(decoded);
            }
        }
        return segments;
    }

    /** @throws Refused when it has what only an attack would send */
    static void query(String query) throws Refused {
        String lower = query.toLowerCase(Locale.ROOT);
        if (lower.contains("%00") || query.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
            throw new Refused(400, "a query has no spaces, control characters or NUL");
        }
    }

    private static String decoded(String segment) throws Refused {
        var bytes = ByteBuffer.allocate(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == '%') {
                int value = i + 2 < segment.length() ? hex(segment, i + 1) : -1;
                if (value < 0) {
                    throw new Refused(400, "% is followed by two hexadecimal digits");
                }
                bytes.put((byte) value);
                i += 2;
            } else if (c <= ' ' || c >= 0x7f) {
                throw new Refused(400, "what is not ASCII is encoded in a path");
            } else {
                bytes.put((byte) c);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new Refused(400, "a path is UTF-8");
        }
    }

    private static int hex(String text, int at) {
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /** For a listener that answers to every name. */
    static final String ANY_NAME = "*";

    /**
     * Against DNS rebinding: a page of another's name, which he has resolve to us, is asked for by that name.
     *
     * @param authority of Host or of the target, with or without a port
     * @param names in lower case; {@link #ANY_NAME} among them: any
     * @param local the address that the connection came to
     * @throws Refused when it is none of ours
     */
    static void host(@Nullable String authority, Set<String> names, InetAddress local) throws Refused {
        if (authority == null || authority.isEmpty()) {
            throw new Refused(400, "Host is missing");
        }
        String host = withoutPort(authority.toLowerCase(Locale.ROOT));
        if (host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        boolean ours = names.contains(ANY_NAME)
                || host.equals("localhost")
                || names.contains(host)
                || host.equals("127.0.0.1")
                || host.equals("[::1]")
                || isAddress(host, local);
        if (!ours) {
            throw new Refused(421, "this is not " + host + "; global.api.hosts holds the names it may be called by");
        }
    }

    private static boolean isAddress(String host, InetAddress local) {
        String literal = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (!literal.matches("[0-9a-f:]*:[0-9a-f:.]*|\\d{1,3}(\\.\\d{1,3}){3}")) {
            return false;
        }
        try {
            return InetAddress.ofLiteral(literal).equals(local);
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    private static String withoutPort(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }

    /**
     * Of a request that changes something: a browser says which page sends it, and it must be ours.
     *
     * @param origin null: none was told, as by whatever is no browser
     * @param site of Sec-Fetch-Site; null: not told
     * @param own scheme and authority of ours, as the request names us
     */
    static void origin(@Nullable String origin, @Nullable String site, String own) throws Refused {
        boolean foreign = (origin != null && !origin.equalsIgnoreCase(own))
                || (site != null && !site.equals("same-origin") && !site.equals("none"));
        if (foreign) {
            throw new Refused(403, "a page of another origin may change nothing here");
        }
    }
}
