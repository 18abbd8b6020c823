package dev.holdfast.config;

import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a listener is found.
 *
 * @param host {@code localhost}, or a literal address without brackets: whose answer changes is nothing to listen on
 * @param port 1 to 65535
 */
public record ListenSpec(String host, int port) {
    private static final Pattern FORM =
            Pattern.compile("(\\[[0-9a-fA-F:.]+]|localhost|\\d{1,3}(?:\\.\\d{1,3}){3}):(\\d{1,5})");
    private static final String LOCALHOST = "localhost";

    /** What people are told of a text that is none. */
    static final String WRITTEN = "is ADDRESS:PORT, such as 127.0.0.1:9180, localhost:9180, [::1]:9180 or 0.0.0.0:9180";

    /** @return null: it is none */
    static @Nullable ListenSpec parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            return null;
        }
        String host = m.group(1).replaceAll("^\\[|]$", "");
        int port = Integer.parseInt(m.group(2));
        boolean known = host.equals(LOCALHOST) || literal(host) != null;
        return known && port >= 1 && port <= 65535 ? new ListenSpec(host, port) : null;
    }

    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** As an address; of {@code localhost} 127.0.0.1. */
    public InetAddress address() {
        return InetAddress.ofLiteral(host.equals(LOCALHOST) ? "127.0.0.1" : host);
    }

    /** Whether only this host can reach it. */
    public boolean loopback() {
        return address().isLoopbackAddress();
    }

    /** As it is written. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
