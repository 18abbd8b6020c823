package dev.holdfast.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Debian's PostgreSQL on a loopback port, or in a network of its own, in a directory of its own, by another user than root. */
public final class PostgresServer implements BeforeAllCallback, AfterAllCallback {
    private @Nullable Path bin;
    private @Nullable Path home;
    private @Nullable Process server;
    private int port;
    /** Runs a command where the server is; empty: on this host. */
    private final List<String> place;

    public PostgresServer() {
        this(List.of());
    }

    /** @param place command that runs others in a network where nobody else is */
    public PostgresServer(List<String> place) {
        this.place = place;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        bin = installed();
        assumeTrue(bin != null, "the package postgresql is not installed");
        home = Files.createTempDirectory("holdfast-postgres");
        if (isRoot()) {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
            run(List.of("chown", "nobody", home.toString()));
        }
        run(asUser(
                bin.resolve("initdb") + "",
                "-D",
                data(),
                "-U",
                "holdfast",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "-N",
                "--no-locale"));
        port = Ports.free();
        if (!place.isEmpty()) {
            Files.writeString(Path.of(data(), "pg_hba.conf"), "host all all 0.0.0.0/0 trust\n");
        }
        start();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static @Nullable Path installed() throws IOException {
        Path all = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(all)) {
            return null;
        }
        try (var versions = Files.list(all)) {
            return versions.map(v -> v.resolve("bin"))
                    .filter(b -> Files.isExecutable(b.resolve("initdb")))
                    .max(Comparator.naturalOrder())
                    .orElse(null);
        }
    }

    private String data() {
        return home + "/data";
    }

    private List<String> asUser(String... command) {
        var all = new ArrayList<>(place);
        if (isRoot()) {
            all.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
        }
        all.addAll(List.of(command));
        return all;
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(p.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (p.waitFor() != 0) {
            throw new IOException(command + ": " + said);
        }
    }

    /** Up, and answering. What is tested is no crash of the machine, so it need not wait for the disk. */
    public void start() throws Exception {
        server = new ProcessBuilder(asUser(
                        bin + "/postgres",
                        "-D",
                        data(),
                        "-p",
                        Integer.toString(port),
                        "-c",
                        "listen_addresses=" + (place.isEmpty() ? "127.0.0.1" : "*"),
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "fsync=off",
                        "-c",
                        "max_connections=40",
                        "-c",
                        "shared_buffers=16MB"))
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(Path.of(home + "/log").toFile()))
                .start();
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).until(this::answers);
    }

    private boolean answers() throws Exception {
        if (!place.isEmpty()) {
            var ready = new ArrayList<>(place);
            ready.addAll(List.of(bin + "/pg_isready", "-q", "-h", "127.0.0.1", "-p", Integer.toString(port)));
            return new ProcessBuilder(ready).start().waitFor() == 0;
        }
        try (Connection c = connect()) {
            return c.isValid(5);
        } catch (SQLException notYet) {
            return false;
        }
    }

    /** Each connection is broken at once; what was committed stays. */
    public void stop() throws Exception {
        Process running = server;
        if (running != null) {
            // The postmaster by its own pid: setpriv has become it.
            run(List.of("kill", "-QUIT", Long.toString(running.pid())));
            running.waitFor();
        }
    }

    public String url() {
        return url("127.0.0.1");
    }

    /** As it is seen from a host that reaches it at {@code address}. */
    public String url(String address) {
        return "postgresql://holdfast:secret@" + address + ":" + port + "/postgres";
    }

    Connection connect() throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", "holdfast");
        Connection c =
                new org.postgresql.Driver().connect("jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties);
        if (c == null) {
            throw new SQLException("no driver");
        }
        return c;
    }

    void run(String sql) throws SQLException {
        try (Connection c = connect();
                var statement = c.createStatement()) {
            statement.execute(sql);
        }
    }

    public List<String> ask(String sql) throws SQLException {
        try (Connection c = connect();
                var statement = c.createStatement();
                var rows = statement.executeQuery(sql)) {
            var all = new ArrayList<String>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }

    /** A program of the server's, such as pg_dump, on its database. */
    void tool(String program, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(
                List.of(bin + "/" + program, "-h", "127.0.0.1", "-p", Integer.toString(port), "-U", "holdfast"));
        command.addAll(List.of(arguments));
        run(asUser(command.toArray(String[]::new)));
    }

    /** A file that its programs may write. */
    String file(String name) {
        return home + "/" + name;
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (home != null) {
            stop();
            try (var files = Files.walk(home)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
