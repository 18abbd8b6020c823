package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.AlertList;
import dev.holdfast.api.Client;
import dev.holdfast.api.FindingList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real daemon over a PHP-FPM that is configured to take all memory of this host. */
@Tag("process")
@Timeout(180)
class AuditsTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private void pool(String limit) throws IOException {
        Files.writeString(home.resolve("fpm.conf"), """
                [www]
                listen = /run/none.sock
                pm = static
                pm.max_children = 20
                pm.max_requests = 500
                request_terminate_timeout = 30s
                php_admin_value[memory_limit] = %s
                """.formatted(limit));
    }

    private String yaml(String more) {
        return """
                version: 1
                audit:
                  php_fpm: { config: %s }
                  alert: [ops]
                  every: 1d
                %s
                alerts:
                  group_window: 0s
                  channels:
                    ops: { type: exec, command: [/bin/sh, -c, 'printf "%%s" "$HOLDFAST_ALERT_TEXT" >> %s'] }
                """.formatted(home.resolve("fpm.conf"), more, home.resolve("told"));
    }

    @Test
    void saysWhatIsNewAndWhatIsGone() {
        assertThat(Audits.news(0, 1)).isEqualTo("audit: 1 finding is gone.");
        assertThat(Audits.news(1, 0))
                .isEqualTo("audit: 1 new finding in this host's configuration; holdfast audit shows them.");
        assertThat(Audits.news(2, 2))
                .isEqualTo("audit: 2 new findings in this host's configuration, 2 findings are gone; holdfast audit"
                        + " shows them.");
    }

    @Test
    void tellsOfWhatIsNewAndThatItIsMended() throws Exception {
        pool("80000G");
        try (var daemon = DaemonUnderTest.up(home, yaml(""))) {
            await().atMost(SOON).until(() -> told().contains("20 children of PHP-FPM may take"));
            assertThat(daemon.daemonOutput()).contains("This host can be killed by its own configuration");
            var client = new Client(home.resolve("run/holdfast.sock"));
            FindingList found = client.get("/api/v1/findings", FindingList.class);
            assertThat(found.findings()).extracting(FindingList.Entry::rule).contains("php-fpm-overcommit");
            assertThat(found.every()).isEqualTo(86_400);
            assertThat(found.total().memory()).isPositive();
            assertThat(client.raw("/metrics"))
                    .containsPattern("holdfast_audit_findings\\{severity=\"critical\"} [1-9]");

            pool("64M");
            assertThat(audited(client).findings())
                    .extracting(FindingList.Entry::rule)
                    .doesNotContain("php-fpm-overcommit");
            assertThatThrownBy(() -> client.postText("/api/v1/findings", "", FindingList.class))
                    .hasMessageContaining("an audit has just ended");
            pool("80000G");
            assertThat(audited(client).findings())
                    .extracting(FindingList.Entry::rule)
                    .contains("php-fpm-overcommit");

            Path baseline = home.resolve("accepted");
            Files.writeString(baseline, "");
            pool("64M");
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), yaml("  baseline: " + baseline));
            assertThat(daemon.cli("plan").out()).contains("audit");
            assertThat(daemon.cli("reload").exit()).isZero();
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(client.get("/api/v1/alerts", AlertList.class)
                                    .open())
                            .filteredOn(a -> a.ended() == null)
                            .extracting(AlertList.One::key)
                            .noneMatch(k -> k.startsWith("audit/php-fpm-overcommit")));
            assertThat(client.get("/api/v1/findings", FindingList.class).findings())
                    .extracting(FindingList.Entry::rule)
                    .doesNotContain("php-fpm-overcommit");

            DaemonUnderTest.write(home.resolve("holdfast.yaml"), "version: 1\n");
            assertThat(daemon.cli("reload").exit()).isZero();
            assertThatThrownBy(() -> client.get("/api/v1/findings", FindingList.class))
                    .hasMessageContaining("this host is not audited");
            assertThatThrownBy(() -> client.postText("/api/v1/findings", "", FindingList.class))
                    .hasMessageContaining("this host is not audited");
        }
    }

    /** When it may: one that has just ended is not begun anew at once. */
    private static FindingList audited(Client client) {
        return await().atMost(SOON)
                .ignoreExceptionsMatching(e -> String.valueOf(e.getMessage()).contains("an audit has just ended"))
                .until(() -> client.postText("/api/v1/findings", "", FindingList.class), f -> true);
    }

    private String told() throws IOException {
        Path file = home.resolve("told");
        return Files.exists(file) ? Files.readString(file) : "";
    }
}
