package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.AuditPage;
import dev.holdfast.api.Client;
import dev.holdfast.api.Done;
import dev.holdfast.api.EventPage;
import dev.holdfast.api.GuardReport;
import dev.holdfast.api.LogPage;
import dev.holdfast.api.Me;
import dev.holdfast.api.ProcessConfiguration;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only the API has, asked of a real daemon. */
@Tag("process")
@Timeout(180)
class ApiTest {
    @TempDir
    Path home;

    private static final String YAML = """
        version: 1
        processes:
          talker:
            command: [sh, -c, "while :; do echo tick $$; sleep 0.2; done", "--password=hunter2"]
            env: { APP_TOKEN: hunter2, COLOUR: blue }
          idle: { command: [sleep, "1000"] }
        guard:
          interval: 200ms
          dry_run: true
          rules:
            sleepers: { match: { command: "^sleep 1000" }, any: [{ runtime: "> 10d" }], action: log }
        """;

    private Client client() {
        return new Client(home.resolve("run/holdfast.sock"));
    }

    private String answer(String request) throws IOException {
        try (SocketChannel channel = sent(request)) {
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private SocketChannel sent(String request) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(home.resolve("run/holdfast.sock")));
        channel.write(ByteBuffer.wrap((request + "\r\n\r\n").getBytes(StandardCharsets.UTF_8)));
        return channel;
    }

    /** Ids of the first events with {@code word} in them. */
    private List<String> ids(String path, String last, String word, int many) throws IOException {
        try (SocketChannel channel = sent("GET /api/v1/" + path + " HTTP/1.1\r\nAccept: text/event-stream\r\n" + last);
                var lines = new BufferedReader(
                        new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))) {
            var ids = new ArrayList<String>();
            String id = "";
            for (String line = lines.readLine(); ids.size() < many && line != null; line = lines.readLine()) {
                id = line.startsWith("id: ") ? line.substring(4) : id;
                if (line.startsWith("data: ") && line.contains(word)) {
                    ids.add(id);
                }
            }
            return ids;
        }
    }

    @Test
    void answersWhatTheDashboardAsks() throws Exception {
        try (var daemon = DaemonUnderTest.up(home, YAML)) {
            daemon.awaitState("talker", "up");
            Client client = client();
            assertThat(client.get("/api/v1/me", Me.class))
                    .isEqualTo(new Me(
                            System.getProperty("user.name"), "socket", List.of("read", "submit", "operate", "admin")));
            eventsAndTheirResumption(client);
            logsAndTheirResumption(client);
            String yaml = client.get("/api/v1/processes/talker/configuration", ProcessConfiguration.class)
                    .yaml();
            assertThat(yaml)
                    .contains("  \"talker\":", "COLOUR\": blue", "(not shown)", "restart:", "[redacted]")
                    .doesNotContain("hunter2");
            var yamlRead = new org.snakeyaml.engine.v2.api.Load(
                    org.snakeyaml.engine.v2.api.LoadSettings.builder().build());
            assertThat(yamlRead.loadFromString(yaml)).isInstanceOf(java.util.Map.class);
            await().until(() -> {
                GuardReport guard = client.get("/api/v1/guard", GuardReport.class);
                assertThat(guard.dryRun()).isTrue();
                GuardReport.Rule rule = guard.rules().getFirst();
                assertThat(rule.what()).contains("runtime > 10d");
                return rule.matches().stream().anyMatch(m -> m.pid() == daemon.pidOf("idle") && !m.due());
            });
            statusThatIsKnown();
            changes(client, daemon);
        }
    }

    private void eventsAndTheirResumption(Client client) throws Exception {
        List<EventPage.Entry> events =
                client.get("/api/v1/events?n=1000", EventPage.class).events();
        assertThat(events).extracting(EventPage.Entry::event).contains("Started");
        String first = events.getFirst().id();
        assertThat(client.get("/api/v1/events?n=1&after=" + first, EventPage.class)
                        .events())
                .containsExactly(events.get(1));
        assertThat(client.get("/api/v1/events?replica=idle/0", EventPage.class).events())
                .isNotEmpty()
                .allMatch(e -> "idle/0".equals(e.replica()));
        assertThat(ids("events", "Last-Event-ID: " + first, "replica", 1))
                .containsExactly(events.get(1).id());
        client.postText("/api/v1/processes/idle/restart", "{\"await\":true}", Done.class);
        assertThat(ids("events", "Last-Event-ID: " + events.getLast().id(), "\"Exited\"", 1))
                .hasSize(1);
    }

    private void logsAndTheirResumption(Client client) throws Exception {
        await().until(() ->
                client.get("/api/v1/logs/talker?lines=3", LogPage.class).lines().size() == 3);
        List<LogPage.Entry> lines = client.get("/api/v1/logs/talker?lines=3&grep=^tick", LogPage.class)
                .lines();
        assertThat(lines)
                .allMatch(l -> l.text().startsWith("tick") && l.stream().equals("stdout"));
        List<String> ids =
                ids("logs/talker", "Last-Event-ID: " + lines.getFirst().id(), "tick", 4);
        assertThat(ids).startsWith(lines.get(1).id(), lines.get(2).id()).doesNotHaveDuplicates();
        assertThat(ids("logs/talker?grep=tick", "Last-Event-ID: " + ids.get(2), "tick", 1))
                .containsExactly(ids.get(3));
    }

    private void statusThatIsKnown() throws IOException {
        String status = answer("GET /api/v1/status?name=idle HTTP/1.1");
        String tag = status.replaceFirst("(?s).*ETag: ([^\r]*)\r.*", "$1");
        assertThat(tag).startsWith("W/\"");
        await().until(() -> answer("GET /api/v1/status?name=idle HTTP/1.1\r\nIf-None-Match: "
                        + status.replaceFirst("(?s).*ETag: ([^\r]*)\r.*", "$1"))
                .startsWith("HTTP/1.1 304 Not Modified\r\n"));
    }

    private void changes(Client client, DaemonUnderTest daemon) throws Exception {
        Done done = client.postText("/api/v1/processes/idle/stop", "{\"await\":true}", Done.class);
        assertThat(done.settled()).isTrue();
        daemon.awaitState("idle", "down");
        assertThat(answer("POST /api/v1/processes/nobody/stop HTTP/1.1")).startsWith("HTTP/1.1 404");
        List<AuditPage.Entry> changes =
                client.get("/api/v1/audit", AuditPage.class).changes();
        assertThat(changes)
                .extracting(AuditPage.Entry::what)
                .endsWith("POST processes/idle/stop", "POST processes/nobody/stop");
        assertThat(changes.getLast().result()).isEqualTo("refused");
        assertThat(changes.getLast().who()).isEqualTo(System.getProperty("user.name"));
        assertThat(answer("GET /api/v1/status?name=idle HTTP/1.1\r\nIf-None-Match: W/\"0\""))
                .startsWith("HTTP/1.1 200");
    }
}
