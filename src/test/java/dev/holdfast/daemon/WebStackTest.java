package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** examples/web-stack as it lies there: nginx, PHP-FPM and Redis out of Debian's packages. */
@Tag("process")
@Timeout(180)
class WebStackTest {
    private static final Path NGINX = Path.of("/usr/sbin/nginx");
    private static final Path REDIS = Path.of("/usr/bin/redis-server");
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private Path web;
    private String phpFpm;

    @BeforeEach
    void needsThePrograms() throws IOException {
        try (Stream<Path> programs = Files.list(Path.of("/usr/sbin"))) {
            phpFpm = programs.map(Path::toString)
                    .filter(p -> p.matches(".*/php-fpm[0-9.]+"))
                    .max(String::compareTo)
                    .orElse("");
        }
        assumeTrue(Files.isExecutable(NGINX), "nginx is not installed");
        assumeTrue(Files.isExecutable(REDIS), "redis-server is not installed");
        assumeTrue(!phpFpm.isEmpty(), "php-fpm is not installed");
        // Not below home: as root the servers give up root, and home is closed to others.
        web = Files.createTempDirectory("hf-web");
        for (String file : List.of("web.env", "prepare.sh", "nginx.conf", "php-fpm.conf", "public/index.php")) {
            Path to = home.resolve(file);
            Files.createDirectories(to.getParent());
            Files.copy(example(file), to);
        }
    }

    @AfterEach
    void cleanUp() throws IOException {
        if (web != null) {
            DaemonUnderTest.runPlain(List.of("rm", "-r", web.toString()));
        }
    }

    @Test
    void servesThroughTheDeathOfRedisAndLeavesNothingBehind() throws Exception {
        int[] ports = {Ports.free(), Ports.free(), Ports.free()};
        URI page = URI.create("http://127.0.0.1:" + ports[0] + "/");
        List<ProcessHandle> all;
        var daemon = DaemonUnderTest.up(
                home,
                Files.readString(example("holdfast.yaml")),
                List.of(
                        "env",
                        "WEB_DIR=" + web,
                        "HTTP_PORT=" + ports[0],
                        "FPM_PORT=" + ports[1],
                        "REDIS_PORT=" + ports[2],
                        "PHP_FPM=" + phpFpm));
        try (daemon) {
            await().atMost(SOON).until(() -> hits(page) > 0);
            int first = hits(page);
            for (int i = 1; i <= 200; i++) {
                assertThat(hits(page)).isEqualTo(first + i);
            }

            long redis = pidOf(daemon, "redis");
            DaemonUnderTest.runPlain(List.of("kill", "-KILL", Long.toString(redis)));
            await().atMost(SOON).until(() -> pidOf(daemon, "redis") != redis && hits(page) > first + 200);
            for (int i = 0; i < 200; i++) {
                assertThat(hits(page)).isPositive();
            }

            all = ProcessHandle.of(daemon.pid()).orElseThrow().descendants().toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(8); // nginx and 2, php-fpm and 4, redis
            var down = daemon.cli("down");
            assertThat(down.exit()).as(down.err()).isZero();
            assertThat(daemon.join()).isZero();
        }
        assertThat(all).noneMatch(ProcessHandle::isAlive);
        assertThat(DaemonUnderTest.carrying(web.toString())).isEmpty();
    }

    private static Path example(String file) {
        return Path.of("examples/web-stack").resolve(file);
    }

    /** What the page counted, or -1 for any answer but a good one. */
    private static int hits(URI page) {
        try {
            var connection = (HttpURLConnection) page.toURL().openConnection();
            connection.setConnectTimeout(2000);
            connection.setReadTimeout(5000);
            if (connection.getResponseCode() != 200) {
                return -1;
            }
            try (InputStream body = connection.getInputStream()) {
                Matcher m = Pattern.compile("\"hits\":(\\d+)")
                        .matcher(new String(body.readAllBytes(), StandardCharsets.UTF_8));
                return m.find() ? Integer.parseInt(m.group(1)) : -1;
            }
        } catch (IOException e) {
            return -1;
        }
    }

    /** Its pid, or -1 when it has none. */
    private static long pidOf(DaemonUnderTest daemon, String process) {
        Matcher m = Pattern.compile("\"process\":\"" + process + "\"[^}]*?\"pid\":(\\d+)")
                .matcher(daemon.cli("status", "--json").out());
        return m.find() ? Long.parseLong(m.group(1)) : -1;
    }
}
