package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testbed.Ports;
import dev.holdfast.testkernel.OnPlainKernel;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is served over TCP, by the built image: its libraries are modules there, and not elsewhere in the tests. */
@OnPlainKernel
@Timeout(600)
class ListenersKernelTest {
    @TempDir
    Path home;

    private static String fetch(int port, String path, String token) throws IOException {
        var asked = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        asked.setReadTimeout(60_000);
        asked.setRequestProperty("Authorization", "Bearer " + token);
        try (InputStream in = asked.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void metricsPagesAndTheApiAreServed() throws IOException {
        int api = Ports.free();
        int metrics = Ports.free();
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                global:
                  api: { listen: "127.0.0.1:%d" }
                  api_rate_limit: { requests_per_second: 100, burst: 100, per_client: true }
                  metrics: { listen: "127.0.0.1:%d" }
                processes:
                  web:
                    command: [sleep, "600"]
                    resources: { limits: { memory: 64Mi } }
                """.formatted(api, metrics))) {
            daemon.awaitState("web", "up");
            await().atMost(Duration.ofMinutes(2)).until(() -> WebTest.answers(api) && WebTest.answers(metrics));
            String token = WebTest.token(daemon, "reader", "read");
            assertThat(fetch(metrics, "/metrics", ""))
                    .contains("holdfast_process_up{process=\"web\",replica=\"0\"} 1")
                    .containsPattern("process_memory_bytes\\{process=\"web\",replica=\"0\",type=\"working_set\"} [1-9]")
                    .contains("holdfast_resource_limit_memory_bytes{process=\"web\"} 67108864");
            assertThat(fetch(api, "/metrics", token)).contains("holdfast_build_info");
            assertThat(fetch(api, "/api/v1/status", token)).contains("\"web\"");
            assertThat(fetch(api, "/", "")).contains("<title>Holdfast");
        }
    }
}
