package dev.holdfast.unit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a PostgreSQL server is, written as for its own programs (libpq, "Connection URIs"):
 * {@code postgresql://USER[:PASSWORD]@HOST[:PORT][,…]/DATABASE[?sslmode=…]}. Without a password the driver looks into
 * PGPASSWORD's file, {@code ~/.pgpass}.
 *
 * @param url for the driver
 * @param shown for people: without the password
 */
public record ServerAddress(
        String url, @Nullable String user, @Nullable String password, String shown) {
    private static final Pattern FORM =
            Pattern.compile("postgres(?:ql)?://(?:([^:@/]*)(?::([^@/]*))?@)?([^/?@]*)(?:/([^?]*))?(?:\\?(.*))?");
    private static final Pattern HOST = Pattern.compile("(?:\\[[0-9a-fA-F:.]+]|[\\w.\\-]+)(?::(.*))?");
    private static final int LAST_PORT = 65_535;
    /** What may be said of the connection; anything else could change what the store relies on. */
    private static final Set<String> OPTIONS =
            new TreeSet<>(Set.of("sslmode", "sslrootcert", "sslcert", "sslkey", "targetServerType"));
    /** Of those that have some: the driver says so only when it connects. */
    private static final Map<String, Set<String>> VALUES = Map.of(
            "sslmode", new TreeSet<>(Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full")),
            "targetServerType",
                    new TreeSet<>(Set.of("any", "primary", "secondary", "preferPrimary", "preferSecondary")));

    /** @throws IllegalArgumentException whose message says what is allowed, and shows no password */
    public static ServerAddress parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "a server is written as postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full");
        }
        String path = m.group(4) == null ? "" : m.group(4);
        if (m.group(3).indexOf('@') >= 0
                || path.indexOf('@') >= 0
                || !m.group(3).matches("[\\w.\\-,:\\[\\]]*")) {
            throw new IllegalArgumentException(
                    "in a server's address a user's or password's / ? @ and : are written %2F %3F %40 and %3A");
        }
        String hosts = m.group(3).isEmpty() ? "localhost" : m.group(3);
        String user = decoded(m.group(1));
        String database = m.group(4) == null || m.group(4).isEmpty() ? user : m.group(4);
        if (database == null) {
            throw new IllegalArgumentException("a server's address names its database: postgresql://HOST/DATABASE");
        }
        for (String host : hosts.split(",", -1)) {
            check(host);
        }
        String options = m.group(5) == null ? "" : m.group(5);
        for (String option : options.isEmpty() ? new String[0] : options.split("&", -1)) {
            checkOption(option);
        }
        String rest = hosts + "/" + database;
        return new ServerAddress(
                "jdbc:postgresql://" + rest + (options.isEmpty() ? "" : "?" + options),
                user,
                decoded(m.group(2)),
                "postgresql://" + rest);
    }

    private static void check(String host) {
        Matcher m = HOST.matcher(host);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "in a server's address a host is a name, an address, or an IPv6 address in"
                            + " [], each with :PORT or without, with a comma in between");
        }
        String port = m.group(1);
        if (port != null
                && (!port.matches("\\d{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > LAST_PORT)) {
            // Not repeated: where @HOST is missing it is the password.
            throw new IllegalArgumentException("in a server's address a port is 1 to " + LAST_PORT);
        }
    }

    private static void checkOption(String option) {
        String name = option.replaceFirst("=.*", "");
        if (!OPTIONS.contains(name)) {
            throw new IllegalArgumentException("a server's address has no option "
                    + (name.matches("[A-Za-z]{1,30}") ? name : "of that name") + "; there are "
                    + String.join(", ", OPTIONS));
        }
        Set<String> values = VALUES.get(name);
        if (values != null && !values.contains(option.replaceFirst("^[^=]*=?", ""))) {
            throw new IllegalArgumentException(
                    "in a server's address " + name + " is one of " + String.join(", ", values));
        }
    }

    private static @Nullable String decoded(@Nullable String s) {
        try {
            return s == null || s.isEmpty() ? null : URLDecoder.decode(s.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) { // whose message repeats a piece of it
            throw new IllegalArgumentException("in a server's address % comes before two hexadecimal digits");
        }
    }

    /** @param patienceSeconds without an answer the connection counts as gone: longer than any statement may take */
    public Properties properties(long patienceSeconds) {
        var p = new Properties();
        if (user != null) {
            p.setProperty("user", user);
        }
        if (password != null) {
            p.setProperty("password", password);
        }
        p.setProperty("ApplicationName", "holdfast");
        p.setProperty("connectTimeout", "5"); // seconds, as the next ones
        p.setProperty("loginTimeout", "10");
        p.setProperty("socketTimeout", Long.toString(patienceSeconds)); // a partition is told by it
        p.setProperty("tcpKeepAlive", "true");
        p.setProperty("prepareThreshold", "3");
        p.setProperty("gssEncMode", "disable"); // else a round trip to no end, and Kerberos' classes
        return p;
    }

    @Override
    public String toString() {
        return shown;
    }
}
