package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients send, over a real socket. */
@Timeout(60)
class JobRoutesTest {
    @TempDir
    private Path dir;

    private final RememberedJobs jobs = new RememberedJobs();
    private Server server;

    @BeforeEach
    void start() throws IOException {
        server = Server.start(socket(), new Api(jobs.control(), _ -> {}), (_, _) -> Set.of(), _ -> {});
    }

    @AfterEach
    void end() throws IOException {
        jobs.hold.countDown();
        server.close();
    }

    private Path socket() {
        return dir.resolve("s");
    }

    /** Head and body of the answer. */
    private String answer(String request, String body, String... headers) {
        try (SocketChannel channel = sent(request, body, headers)) {
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private SocketChannel sent(String request, String body, String... headers) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket()));
        send(channel, request, body, headers);
        return channel;
    }

    private static void send(SocketChannel channel, String request, String body, String... headers) throws IOException {
        var text = new StringBuilder(request.replace(" /", " /api/v1/") + " HTTP/1.1\r\n");
        for (String h : headers) {
            text.append(h).append("\r\n");
        }
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        text.append("Content-Length: ")
                .append(content.length)
                .append("\r\n\r\n")
                .append(body);
        channel.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private String status(String request, String body) {
        return answer(request, body).substring(9, 12);
    }

    @Test
    void aNewJobIs201AndAKnownOne200() {
        assertThat(answer("POST /queues/downloads/jobs", "{\"payload\":{\"url\":\"u\"},\"priority\":3}"))
                .startsWith("HTTP/1.1 201 Created\r\n")
                .endsWith("{\"status\":201,\"id\":\"made\",\"state\":\"queued\",\"error\":\"\",\"problems\":[]}");
        assertThat(answer("POST /queues/downloads/jobs", "{\"payload\":{},\"id\":\"old\"}"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\"state\":\"running\"");
        assertThat(jobs.asked.getFirst())
                .isEqualTo("submit downloads 1 Submission[payload={url=u}, id=null, delay=null, priority=3]");
    }

    @Test
    void aConnectionStaysForThoseWhoSaySoUntilTheyDoNot() throws IOException {
        String kept = "Connection: keep-alive";
        try (SocketChannel channel = sent("POST /queues/downloads/jobs", "{\"payload\":{},\"id\":\"one\"}", kept)) {
            send(channel, "POST /queues/downloads/jobs", "{\"payload\":{},\"id\":\"two\"}", kept);
            send(channel, "POST /queues/downloads/jobs", "{\"payload\":{},\"id\":\"three\"}");
            String answers = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers.split("HTTP/1.1 201", -1)).hasSize(4);
            assertThat(answers.split("Connection: keep-alive", -1)).hasSize(3);
            assertThat(answers)
                    .containsSubsequence("\"id\":\"one\"", "\"id\":\"two\"", "Connection: close", "\"id\":\"three\"");
        }
    }

    @Test
    void aRefusalEndsTheConnection() {
        assertThat(answer("POST /queues/downloads/jobs", "{\"payload\":{},\"id\":\"bad\"}", "Connection: keep-alive"))
                .contains("Connection: close");
    }

    @Test
    void theIdMayComeAsAHeader() {
        for (String key : List.of("Idempotency-Key: k-1", "idempotency-key: \"k-1\"")) {
            assertThat(answer("POST /queues/downloads/jobs", "{\"payload\":{}}", key))
                    .contains("\"id\":\"k-1\"");
        }
        assertThat(answer("POST /queues/downloads/jobs", "{\"payload\":{},\"id\":\"k-2\"}", "Idempotency-Key: k-1"))
                .startsWith("HTTP/1.1 400");
        assertThat(answer("POST /queues/downloads/jobs", "{\"payload\":{}}", "Idempotency-Key: a b"))
                .startsWith("HTTP/1.1 400");
        assertThat(answer("POST /queues/downloads/jobs", "{\"jobs\":[{\"payload\":{}}]}", "Idempotency-Key: k"))
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void refusalsSayWhatAndWhen() {
        assertThat(answer("POST /queues/downloads/jobs", "{\"payload\":{},\"id\":\"bad\"}"))
                .startsWith("HTTP/1.1 422 Unprocessable Content\r\n")
                .contains("\"problems\":[\"url: is missing\",\"n: is 11\"]")
                .contains("\"fields\":[{\"field\":\"url\",\"problem\":\"is missing\"},");
        assertThat(answer("POST /queues/downloads/jobs", "{\"payload\":{},\"id\":\"full\"}"))
                .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                .contains("\r\nRetry-After: 5\r\n");
        assertThat(answer("POST /queues/downloads/jobs", "{\"payload\":{},\"id\":\"other\"}"))
                .startsWith("HTTP/1.1 409 Conflict\r\n");
        assertThat(answer("POST /queues/down/jobs", "{\"payload\":{}}"))
                .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                .contains("\r\nRetry-After: 7\r\n", "\"retryAfterSeconds\":7");
        assertThat(status("POST /queues/gone/jobs", "{\"payload\":{}}")).isEqualTo("404");
    }

    @Test
    void jobsOfAListAreAnsweredOneByOne() {
        String body = "{\"jobs\":[{\"payload\":{},\"id\":\"old\"},{\"payload\":{},\"id\":\"bad\"},{\"payload\":{}}]}";
        assertThat(answer("POST /queues/downloads/jobs", body))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .containsSubsequence("\"status\":200", "\"status\":422", "\"field\":\"url\"", "\"status\":201");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"payload\":{}} x",
                "{\"payload\":{},\"pri\":1}",
                "{\"jobs\":[{\"payload\":{}},7]}"
            })
    void whatIsNotUnderstoodIsRefusedWhole(String body) {
        assertThat(status("POST /queues/downloads/jobs", body)).isEqualTo("400");
        assertThat(jobs.asked).isEmpty();
    }

    @Test
    void aBodyHasItsBound() {
        assertThat(answer("POST /queues/downloads/jobs", "{\"payload\":{\"a\":\"" + "x".repeat(1 << 20) + "\"}}"))
                .startsWith("HTTP/1.1 413");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /queues || queues",
                "GET /queues/a%20b || queue a b false",
                "GET /queues/downloads?detailed=1 || queue downloads true",
                "POST /queues/downloads/pause || PAUSE downloads",
                "POST /queues/downloads/resume || RESUME downloads",
                "POST /queues/downloads/drain || DRAIN downloads",
                "GET /jobs || list JobFilter[queue=null, state=null, failureClass=null] 50 null",
                "GET /jobs?queue=q&state=failed&class=network&n=7&after=x || list JobFilter[queue=q, state=failed,"
                        + " failureClass=network] 7 x",
                "GET /jobs/j%2F1 || job j/1 PT0S",
                "POST /jobs/j1/cancel || cancel j1",
                "POST /jobs/j1/retry || retry j1",
                "POST /jobs/j1/forget || forget j1",
                "POST /jobs/retry | {\"class\":\"network\"} | retry JobFilter[queue=null, state=failed,"
                        + " failureClass=network]",
                "POST /jobs/forget | {\"queue\":\"q\",\"state\":\"succeeded\"} | forget JobFilter[queue=q,"
                        + " state=succeeded, failureClass=null]",
                "POST /queues/q/take | {\"worker\":\"w\"} | Take[worker=w, waitSeconds=0.0, most=1]",
                "POST /jobs/j1/heartbeat | {\"token\":5,\"progress\":12.5} | heartbeat j1 WorkerWord[token=5,"
                        + " progress=12.5, failureClass=null, detail=null, output=null]",
                "POST /jobs/j1/complete | {\"token\":5,\"output\":\"o\"} | complete WorkerWord[token=5, progress=null,"
                        + " failureClass=null, detail=null, output=o] j1",
                "POST /jobs/j1/fail | {\"token\":5,\"class\":\"network\",\"detail\":\"d\"} | fail WorkerWord[token=5,"
                        + " progress=null, failureClass=network, detail=d, output=null] j1"
            })
    void leadsTo(String request, String body, String asked) {
        assertThat(status(request, body == null ? "" : body)).isEqualTo("200");
        assertThat(jobs.asked).containsExactly(asked);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /jobs?sate=failed | | 400",
                "GET /jobs?state=broken | | 400",
                "GET /jobs?n=0 | | 400",
                "GET /queues/q?detail=1 | | 400",
                "GET /jobs/j1?wait=x | | 400",
                "GET /jobs/j1?wait=61 | | 400",
                "GET /jobs/gone | | 404",
                "POST /jobs/gone/cancel | | 404",
                "POST /jobs/j1/explode | | 404",
                "POST /jobs/explode | {} | 405",
                "POST /jobs/retry | {\"quee\":\"q\"} | 400",
                "POST /jobs/retry | {\"state\":\"succeeded\"} | 400",
                "POST /jobs/forget | {\"state\":\"running\"} | 400",
                "POST /jobs | {} | 405",
                "POST /queues/q/take | {} | 400",
                "POST /queues/q/take | {\"worker\":\"w\",\"wait\":61} | 400",
                "POST /queues/q/take | {\"worker\":\"w\",\"most\":101} | 400",
                "POST /queues/q/take | {\"worker\":\"w\",\"most\":-1} | 400",
                "POST /queues/q/a/b | {} | 404",
                "POST /jobs/j1/heartbeat | {} | 400",
                "POST /jobs/j1/heartbeat | {\"token\":5,\"progress\":101} | 400",
                "POST /jobs/j1/fail | {\"token\":5,\"class\":\"a b\"} | 400"
            })
    void refuses(String request, String body, String status) {
        assertThat(status(request, body == null ? "" : body)).isEqualTo(status);
        assertThat(jobs.asked).allMatch(a -> a.contains("gone"));
    }

    @Test
    void whatDoesNotReachTheWorkerIsPutBack() throws IOException {
        try (SocketChannel channel = sent("POST /queues/q/take", "{\"worker\":\"w\",\"wait\":30}")) {
            await().until(() -> jobs.asked.size() == 1);
            assertThat(channel.isOpen()).isTrue();
        }
        jobs.hold.countDown();
        await().until(() -> jobs.asked.contains("put back 1"));
    }

    @Test
    void thoseThatWaitByTcpTakeHalfOfThePlaces() throws Exception {
        var api = new Api(jobs.control(), _ -> {});
        var anna = new Caller("anna", "10.0.0.1", Scope.READ.all());
        var request = new HttpRequest("GET", "/api/v1/jobs/j1?wait=60", Map.of(), "", 60_000);
        var waiting = new ArrayList<Thread>();
        for (int i = 0; i < 12; i++) {
            waiting.add(Thread.ofVirtual().start(() -> api.answer(request, anna)));
        }
        await().until(() -> jobs.asked.size() == 12);
        assertThat(api.answer(request, anna).status()).isEqualTo(503); // three quarters of them are hers
        var bert = new Caller("bert", "10.0.0.1", Scope.READ.all());
        for (int i = 0; i < 4; i++) {
            waiting.add(Thread.ofVirtual().start(() -> api.answer(request, bert)));
        }
        await().until(() -> jobs.asked.size() == 16);
        assertThat(api.answer(request, bert).status()).isEqualTo(503);
        waiting.add(Thread.ofVirtual().start(() -> api.answer(request, new Caller("ann", "socket", Scope.READ.all()))));
        await().until(() -> jobs.asked.size() == 17);
        jobs.hold.countDown();
        for (Thread w : waiting) {
            w.join();
        }
        assertThat(api.answer(request, anna).status()).isEqualTo(200);
    }

    @Test
    void thoseThatWaitLeaveRoomForOthers() throws IOException {
        var waiting = new ArrayList<SocketChannel>();
        try {
            for (int i = 0; i < 32; i++) {
                waiting.add(sent("GET /jobs/j1?wait=60", ""));
            }
            await().until(() -> jobs.asked.size() == 32);
            assertThat(answer("POST /queues/q/take", "{\"worker\":\"w\",\"wait\":30}"))
                    .startsWith("HTTP/1.1 503")
                    .contains("\r\nRetry-After: 1\r\n");
            assertThat(status("GET /jobs/j1", "")).isEqualTo("200");
            assertThat(status("GET /doctor", "")).isEqualTo("200");
        } finally {
            for (SocketChannel w : waiting) {
                w.close();
            }
        }
        jobs.hold.countDown();
        await().untilAsserted(
                        () -> assertThat(status("GET /jobs/j1?wait=60", "")).isEqualTo("200"));
    }
}
