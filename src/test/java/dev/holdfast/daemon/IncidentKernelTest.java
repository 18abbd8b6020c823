package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static dev.holdfast.daemon.DaemonUnderTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testkernel.OnPlainKernel;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The incident for which there is Holdfast, an eighth as large: 20 PHP-FPM children of 1 GiB each on a host of 2 GiB, where
 * it was 20 of 8 GiB on 16, beside a MariaDB of which two files say another buffer pool. The audit names it before, guard and limits survive it, the report tells it after.
 */
@OnPlainKernel
@Timeout(900)
class IncidentKernelTest {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final int CHILDREN = 20;
    private static final String NGINX = "/usr/sbin/nginx";
    private static final Path SWAP = Path.of("/dev/vda");

    @TempDir
    Path home;

    private final List<Thread> clients = new ArrayList<>();
    private final List<String> unanswered = new CopyOnWriteArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile boolean over;
    private String phpFpm;

    @BeforeEach
    void needsTheProgramsAndSwap() throws IOException {
        try (Stream<Path> programs = Files.list(Path.of("/usr/sbin"))) {
            phpFpm = programs.map(Path::toString)
                    .filter(p -> p.matches(".*/php-fpm[0-9.]+"))
                    .max(String::compareTo)
                    .orElse("");
        }
        assumeTrue(!phpFpm.isEmpty(), "php-fpm is not installed");
        assumeTrue(Files.isExecutable(Path.of(NGINX)), "nginx is not installed");
        assertThat(DaemonUnderTest.runPlain(List.of("mkswap", SWAP.toString())).exit())
                .isZero();
        assertThat(DaemonUnderTest.runPlain(List.of("swapon", SWAP.toString())).exit())
                .isZero();
        // The servers give up root, and read what lies here.
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        write(home.resolve("pool.conf"), """
                [global]
                error_log = %s/fpm.log
                [shop]
                user = nobody
                group = nogroup
                listen = 127.0.0.1:9009
                pm = ondemand
                pm.max_children = %d
                php_admin_value[memory_limit] = 1G
                """.formatted(home, CHILDREN));
        write(home.resolve("nginx.conf"), """
                user nobody nogroup;
                daemon off;
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log stderr notice;
                events { worker_connections 256; }
                http {
                    access_log off;
                    server {
                        listen 127.0.0.1:8099;
                        location = /well { return 200 "well"; }
                        location / {
                            fastcgi_pass 127.0.0.1:9009;
                            fastcgi_read_timeout 300s;
                            fastcgi_param SCRIPT_FILENAME %1$s/shop.php;
                            fastcgi_param REQUEST_METHOD $request_method;
                            fastcgi_param QUERY_STRING $query_string;
                        }
                    }
                }
                """.formatted(home));
        write(home.resolve("shop.php"), """
                <?php
                $basket = [];
                for ($mb = 0; $mb < (int) ($_GET['mb'] ?? 0); $mb++) { $basket[] = str_repeat('x', 1 << 20); }
                if ($mb) { sleep(120); }
                echo 'sold';
                """);
        Files.createDirectory(home.resolve("conf.d"));
        write(home.resolve("my.cnf"), "[mysqld]\nuser = mysql\n!includedir %s/conf.d\n".formatted(home));
        write(
                home.resolve("conf.d/50-tuning.cnf"),
                "[mysqld]\ninnodb_buffer_pool_size = 256M\nmax_connections = 300\n");
        write(home.resolve("conf.d/90-panel.cnf"), "[mysqld]\ninnodb_buffer_pool_size = 16M\n");
        write(home.resolve("before.yaml"), """
                version: 1
                audit:
                  php_fpm: { config: %1$s/pool.conf }
                  mariadb: { config: %1$s/my.cnf }
                """.formatted(home));
        write(home.resolve("holdfast.yaml"), """
                version: 1
                processes:
                  shop:
                    command: [%1$s, --nodaemonize, --fpm-config, %2$s/pool.conf]
                    restart: { delay: 200ms }
                    health: { tcp: { address: "127.0.0.1:9009" }, period: 2s, timeout: 20s, failure_threshold: 10 }
                    resources: { limits: { memory: 640Mi, memory_swap: 832Mi } }
                  neighbour:
                    command: [%3$s, -c, %2$s/nginx.conf, -e, stderr]
                    resources: { reservations: { memory: 32Mi } }
                guard:
                  interval: 1s
                  rules:
                    php-fpm-child:
                      match: { command: "php-fpm: pool" }
                      any: [ { memory: "> 100Mi", for: 1s } ]
                      action: kill
                      grace: 5s
                """.formatted(phpFpm, home, NGINX));
    }

    @AfterEach
    void end() throws InterruptedException {
        over = true;
        for (Thread client : clients) {
            client.join(SOON);
        }
        DaemonUnderTest.runPlain(List.of("swapoff", SWAP.toString()));
    }

    @Test
    void isNamedBeforeSurvivedAndTold() throws Exception {
        var audit = DaemonUnderTest.command(
                home, "audit", "--config", home.resolve("before.yaml").toString());
        assertThat(audit.out())
                .containsPattern("critical +php-fpm-overcommit +" + home + "/pool.conf:\\d+")
                .contains("20 children of PHP-FPM may take 20.0GiB")
                .containsPattern("pool shop: 20 children .+ 1.0GiB = 20.0GiB")
                .containsPattern("warning +mariadb-conflict +" + home + "/conf.d/50-tuning.cnf:2")
                .containsPattern("innodb_buffer_pool_size is set 2 times: 16M of\\s+" + home
                        + "/conf.d/90-panel.cnf:2 wins, 256M of\\s+" + home
                        + "/conf.d/50-tuning.cnf:2 has no effect")
                .contains("2 - innodb_buffer_pool_size = 256M") // the fix, as a diff
                .containsPattern(
                        "This host can be killed by its own configuration: \\d\\d\\.\\dGiB may be claimed of ");
        assertThat(audit.exit()).isEqualTo(2);

        try (var daemon = DaemonUnderTest.startWith(home, DaemonUnderTest.java())) {
            daemon.awaitState("shop", "up");
            await().atMost(SOON).until(() -> answer("/well", 10_000).equals("200 well"));
            await().atMost(SOON).until(() -> answer("/shop", 60_000).equals("200 sold"));
            int neighbour = daemon.pidOf("neighbour");
            client(this::askTheNeighbour);

            // Three customers fill their baskets: the guard ends them one by one, and nobody else.
            int shop = daemon.pidOf("shop");
            for (int i = 0; i < 3; i++) {
                client(() -> answer("/shop?mb=150", 300_000));
            }
            await().atMost(SOON).until(() -> times(read(home.resolve("state/guard.jsonl")), "\"kind\":\"ended\"") >= 3);
            await().atMost(SOON).until(() -> answer("/shop", 60_000).equals("200 sold"));
            assertThat(daemon.pidOf("shop")).as("its master goes on").isEqualTo(shop);

            // All at once: each stays below what the guard ends, together they are what the host has not.
            long stalled = stalledMicros();
            long swapped = swappedOut();
            for (int i = 0; i < CHILDREN; i++) {
                client(() -> answer("/shop?mb=80", 300_000));
            }
            await().atMost(SOON).until(() -> daemon.cli("why", "shop").out().contains("memory limit (640Mi)"));
            assertThat(swappedOut()).as("pages swapped out").isGreaterThan(swapped);
            assertThat(stalledMicros()).as("stalled for memory").isGreaterThan(stalled);
            await().atMost(SOON).until(() -> answer("/shop", 60_000).equals("200 sold"));

            over = true;
            assertThat(daemon.pidOf("neighbour")).isEqualTo(neighbour);
            assertThat(unanswered).isEmpty();
            assertThat(answered.get()).isGreaterThan(20);

            String report = daemon.cli("report", "--since", "1h").out();
            assertThat(report)
                    .containsPattern("kills by the guard \\(.*shop")
                    .containsPattern("kills? for want of memory \\(shop\\)")
                    .containsPattern("- shop: oom \\d+")
                    .containsPattern("rule php-fpm-child: memory > 100Mi.*php-fpm: pool shop")
                    .contains("memory limit");
        }
    }

    private void client(Runnable asking) {
        clients.add(Thread.ofPlatform().daemon().start(asking));
    }

    /** Without a pause between the answers: whoever keeps him waiting is found. */
    private void askTheNeighbour() {
        while (!over) {
            String got = answer("/well", 20_000);
            if (got.equals("200 well")) {
                answered.incrementAndGet();
            } else {
                unanswered.add(got);
            }
        }
    }

    /** Its status and text, or why there is none. */
    private static String answer(String path, int millis) {
        try {
            var asked = (HttpURLConnection)
                    URI.create("http://127.0.0.1:8099" + path).toURL().openConnection();
            asked.setConnectTimeout(millis);
            asked.setReadTimeout(millis);
            try (var body = asked.getInputStream()) {
                return asked.getResponseCode() + " " + new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static long stalledMicros() {
        return number(read(Path.of("/proc/pressure/memory")), "some .*total=(\\d+)");
    }

    private static long swappedOut() {
        return number(read(Path.of("/proc/vmstat")), "pswpout (\\d+)");
    }

    private static long number(String text, String pattern) {
        var found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(pattern + " in " + text).isTrue();
        return Long.parseLong(found.group(1));
    }

    private static int times(String text, String what) {
        return text.split(Pattern.quote(what), -1).length - 1;
    }
}
