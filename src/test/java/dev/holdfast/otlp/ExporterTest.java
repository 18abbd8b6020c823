package dev.holdfast.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.config.OtlpSpec;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Points;
import dev.holdfast.metric.Sheet;
import dev.holdfast.pem.Pem;
import dev.holdfast.pem.TlsParties;
import dev.holdfast.testbed.Ports;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.web.Pems;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The way to a collector over real sockets, with one that is down, slow, refuses or rejects. */
class ExporterTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
    private static final String SECRET = "Bearer s3cret-value";

    private final List<String> warned = new CopyOnWriteArrayList<>();
    private volatile int more;
    private volatile boolean fails;
    private volatile boolean dies;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Exporter exporter = new Exporter(new Exporter.Parts(
            "1.2",
            "box",
            () -> {
                if (fails) {
                    throw new StackOverflowError("in a test");
                }
                var sheet = new Sheet();
                sheet.put(Family.DAEMON_THREADS, 7);
                for (int i = 0; i < more; i++) {
                    sheet.put(Family.OTLP_REQUESTS, i, "n" + i, "success");
                }
                return sheet;
            },
            new Epochs(AT, AT, AT),
            () -> new Now(Instant.now(), new MonoTime(System.nanoTime())),
            this::warn,
            said::add,
            Duration.ofMillis(50),
            new Pace(Duration.ofMillis(50), Duration.ofMillis(200))));

    @AfterEach
    void end() {
        exporter.close();
    }

    private void warn(String why) {
        warned.add(why);
        if (dies) {
            throw new IllegalStateException("the end of the thread, in a test");
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10));
    }

    private static OtlpSpec spec(String url, boolean metrics, Duration timeout, boolean gzip) {
        return new OtlpSpec(
                URI.create(url),
                new TreeMap<>(Map.of("Authorization", SECRET)),
                Duration.ofSeconds(1),
                metrics,
                true,
                timeout,
                null,
                null,
                gzip,
                new TreeMap<>());
    }

    private static OtlpSpec traces(String url) {
        return spec(url, false, Duration.ofSeconds(10), true);
    }

    private static Span span(int n) {
        return new Span(
                TraceContext.ofRun("r" + n, 1),
                null,
                "n" + n,
                Span.Kind.INTERNAL,
                AT,
                AT.plusSeconds(1),
                Span.Status.OK,
                "",
                new TreeMap<>());
    }

    private static List<String> names(Told collector) {
        return collector.spans().stream()
                .map(io.opentelemetry.proto.trace.v1.Span::getName)
                .toList();
    }

    private double figure(Family family, String... labels) {
        var sheet = new Sheet();
        exporter.into(sheet);
        Points points = sheet.all().get(family);
        return points == null ? Double.NaN : (Double) points.toMap().getOrDefault(List.of(labels), Double.NaN);
    }

    private @Nullable String trouble() {
        return exporter.troubles().get(Exporter.Signal.TRACES);
    }

    @Test
    void tellsBothSignalsWithHeadersAndSaysNothing() {
        try (var collector = new Told()) {
            exporter.configure(spec(collector.url() + "/otlp/", true, Duration.ofSeconds(10), false));
            exporter.add(span(1));
            soon().until(() ->
                    names(collector).contains("n1") && !collector.metrics().isEmpty());
            assertThat(collector.metrics().getFirst().getName()).isEqualTo("holdfast_daemon_threads");
            assertThat(collector.requests()).allSatisfy(r -> {
                assertThat(r.path()).matches("/otlp/v1/(metrics|traces)");
                assertThat(r.headers())
                        .containsEntry("Authorization", SECRET)
                        .containsEntry("Content-Type", "application/x-protobuf")
                        .containsEntry("User-Agent", "holdfast/1.2")
                        .doesNotContainKey("Content-Encoding");
            });
            soon().until(() -> figure(Family.OTLP_REQUESTS, "metrics", "success") >= 2); // and again after the interval
            assertThat(figure(Family.OTLP_UP, "traces")).isEqualTo(1);
            assertThat(figure(Family.OTLP_WAITING)).isZero();
            assertThat(warned).isEmpty();
            assertThat(said).isEmpty();
        }
    }

    @Test
    void keepsSpansWhileTheCollectorIsDownAndSaysItOnce() throws IOException {
        int port = Ports.free();
        exporter.configure(traces("http://127.0.0.1:" + port));
        exporter.add(span(1));
        soon().until(() -> figure(Family.OTLP_REQUESTS, "traces", "failure") >= 4);
        exporter.add(span(2));
        assertThat(warned).hasSize(1).first().asString().contains("traces cannot be told", "127.0.0.1:" + port);
        assertThat(trouble()).contains("127.0.0.1:" + port);
        assertThat(figure(Family.OTLP_UP, "traces")).isZero();
        assertThat(figure(Family.OTLP_WAITING)).isEqualTo(2);
        try (var collector = new Told(port, null)) {
            soon().until(() -> names(collector).equals(List.of("n1", "n2")));
            soon().until(() -> !said.isEmpty());
            assertThat(said).hasSize(1).first().asString().contains("again");
            assertThat(trouble()).isNull();
        }
        assertThat(String.join("\n", warned) + said).doesNotContain("s3cret");
    }

    @Test
    void oldestGoWhenTooManyWait() {
        exporter.configure(traces("http://127.0.0.1:9")); // discard: nobody listens there
        for (int i = 0; i < SpanQueue.MOST + 10; i++) {
            exporter.add(span(i));
        }
        assertThat(figure(Family.OTLP_DROPPED, "traces")).isEqualTo(10);
        try (var collector = new Told()) {
            exporter.configure(traces(collector.url()));
            soon().until(() -> collector.spans().size() == SpanQueue.MOST);
            assertThat(names(collector)).startsWith("n10", "n11").doesNotHaveDuplicates();
        }
    }

    @Test
    void comesBackWhenTheCollectorSaysAndNotBefore() {
        try (var collector = new Told()) {
            collector.say(503, "2");
            exporter.configure(traces(collector.url()));
            long begin = System.nanoTime();
            exporter.add(span(1));
            soon().until(() -> collector.requests().size() == 1);
            collector.say(200, null);
            soon().until(() -> names(collector).equals(List.of("n1")));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(1900));
            assertThat(collector.requests()).hasSize(2);
            assertThat(warned).hasSize(1).first().asString().contains("answers 503");
        }
    }

    @Test
    void whatIsRefusedIsGivenUpAndCounted() {
        try (var collector = new Told()) {
            collector.say(400, null);
            exporter.configure(traces(collector.url()));
            exporter.add(span(1));
            soon().until(() -> figure(Family.OTLP_DROPPED, "traces") == 1 && !warned.isEmpty());
            assertThat(warned).hasSize(1).first().asString().contains("not wanted", "answers 400");
            collector.say(200, null);
            exporter.add(span(2));
            soon().until(() -> names(collector).equals(List.of("n2")));
        }
    }

    @Test
    void ofFiguresThatAreRefusedTheOtherPartsAreToldNoneTheLess() {
        more = MetricBodies.MOST;
        try (var collector = new Told()) {
            collector.say(400, null);
            exporter.configure(spec(collector.url(), true, Duration.ofSeconds(10), true));
            soon().until(() -> figure(Family.OTLP_DROPPED, "metrics") >= 2 * (MetricBodies.MOST + 1));
            assertThat(figure(Family.OTLP_REQUESTS, "metrics", "failure")).isGreaterThanOrEqualTo(4);
            assertThat(warned).hasSize(1).first().asString().contains("metrics are not wanted");
        }
    }

    @Test
    void whatIsRefusedIsToldNoMoreOftenThanWhatIsWanted() {
        var lane = new Lane(new Pace(Duration.ofSeconds(1), Duration.ofMinutes(1)));
        var now = new MonoTime(0);
        MonoTime interval = now.plus(Duration.ofSeconds(30));
        lane.next(interval);
        lane.went(new Answer.Refused("no"), 1, now, 0);
        assertThat(lane.due()).isEqualTo(interval);
        lane.went(new Answer.Later("not now", null), 1, now, 0);
        assertThat(lane.due()).as("but tried again soon").isEqualTo(now.plus(Duration.ofSeconds(2)));
        for (int i = 0; i < 9; i++) {
            lane.went(new Answer.Refused("no"), 1, now, 0);
        }
        assertThat(lane.due()).isEqualTo(now.plus(Duration.ofMinutes(1)));
    }

    @Test
    void whatIsRejectedInPartIsSaidOnce() {
        try (var collector = new Told()) {
            collector.say(ExportTraceServiceResponse.newBuilder()
                    .setPartialSuccess(ExportTracePartialSuccess.newBuilder()
                            .setRejectedSpans(1)
                            .setErrorMessage("too\nold"))
                    .build());
            exporter.configure(traces(collector.url()));
            for (int i = 1; i <= 3; i++) {
                exporter.add(span(i));
                int n = i;
                soon().until(() -> figure(Family.OTLP_REQUESTS, "traces", "success") == n);
            }
            assertThat(warned).hasSize(1).first().asString().contains("1 of 1 rejected: too old");
            assertThat(figure(Family.OTLP_DROPPED, "traces")).isEqualTo(3);
            assertThat(figure(Family.OTLP_UP, "traces")).isEqualTo(1);
        }
    }

    /** A byte now and then keeps a read timeout from ever being over. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X: |x",
                "Transfer-Encoding: chunked~~|1~x~",
                "Content-Length: 60000~~|x",
            })
    void aCollectorThatDripsIsGivenUpInTime(String head, String drop) throws IOException {
        try (var drip = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> drip(drip, head.replace("~", "\r\n"), drop.replace("~", "\r\n")));
            exporter.configure(spec("http://127.0.0.1:" + drip.getLocalPort(), false, Duration.ofMillis(600), true));
            exporter.add(span(1));
            soon().until(() -> !warned.isEmpty());
            assertThat(warned.getFirst()).containsAnyOf("does not answer within 600 ms", "does not end in time");
            soon().until(() -> dripped.get() >= 2); // the first no longer hangs: it is asked again
            try (var collector = new Told()) {
                exporter.configure(traces(collector.url()));
                soon().until(() -> names(collector).equals(List.of("n1")));
            }
        }
    }

    private final AtomicInteger dripped = new AtomicInteger();

    /** Each on its own: the JDK may keep one that was given up to read what is left of it. */
    private void drip(ServerSocket server, String head, String drop) {
        try {
            while (true) {
                Socket s = server.accept();
                dripped.incrementAndGet();
                Thread.ofVirtual().start(() -> drip(server, s, head, drop));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static void drip(ServerSocket server, Socket s, String head, String drop) {
        try (s) {
            var out = s.getOutputStream();
            out.write(("HTTP/1.1 200 OK\r\n" + head).getBytes(StandardCharsets.US_ASCII));
            while (!server.isClosed()) {
                out.write(drop.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
            }
        } catch (IOException gone) {
            // it was given up, as it should be
        }
    }

    @Test
    void anotherEndpointHoldsAtOnceAndNoneForgetsWhatWaits() {
        try (var first = new Told();
                var second = new Told()) {
            exporter.configure(traces(first.url()));
            exporter.add(span(1));
            soon().until(() -> names(first).equals(List.of("n1")));
            exporter.configure(traces(second.url()));
            exporter.add(span(2));
            soon().until(() -> names(second).equals(List.of("n2")));
            exporter.configure(null);
            exporter.add(span(3));
            assertThat(exporter.troubles()).isEmpty();
            assertThat(figure(Family.OTLP_WAITING)).isNaN();
            exporter.configure(traces(first.url()));
            exporter.add(span(4));
            soon().until(() -> names(first).equals(List.of("n1", "n4")));
        }
    }

    @Test
    void believesOnlyTheAuthoritiesThatAreConfigured(@TempDir Path dir) throws Exception {
        Pems.selfSigned(dir, "box", "localhost");
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(TlsParties.showing(dir + "/box.pem", dir + "/box.key"), null, null);
        try (var collector = new Told(0, tls)) {
            OtlpSpec spec = traces(collector.url());
            exporter.configure(spec);
            exporter.add(span(1));
            soon().until(() -> !warned.isEmpty());
            assertThat(collector.requests()).isEmpty();
            Path ca = dir.resolve("ca.pem");
            exporter.configure(secured(spec, new OtlpSpec.Tls(ca.toString(), null, null), null));
            soon().until(() -> String.valueOf(trouble()).contains("ca.pem"));
            Files.copy(dir.resolve("box.pem"), ca); // read anew with each try
            soon().until(() -> names(collector).equals(List.of("n1")));
        }
    }

    @Test
    void showsItsCertificateToWhoWantsOne(@TempDir Path dir) throws Exception {
        Pems.selfSigned(dir, "box", "localhost");
        Pems.selfSigned(dir, "me", "localhost");
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(
                TlsParties.showing(dir + "/box.pem", dir + "/box.key"),
                TlsParties.trusting(Pem.chain(dir.resolve("me.pem"))),
                null);
        try (var collector = new Told(0, tls, true)) {
            OtlpSpec spec = traces(collector.url());
            String ca = dir + "/box.pem";
            exporter.configure(secured(spec, new OtlpSpec.Tls(ca, null, null), null));
            exporter.add(span(1));
            soon().until(() -> !warned.isEmpty());
            assertThat(collector.requests()).isEmpty();
            exporter.configure(secured(spec, new OtlpSpec.Tls(ca, dir + "/me.pem", dir + "/box.key"), null));
            soon().until(() -> String.valueOf(trouble()).contains("box.key is not the key of"));
            exporter.configure(secured(spec, new OtlpSpec.Tls(ca, dir + "/me.pem", dir + "/me.key"), null));
            soon().until(() -> names(collector).equals(List.of("n1")));
        }
    }

    /** A proxy of HTTP is told the whole address; the port of the collector itself is one where nobody listens. */
    @Test
    void goesThroughAProxyThatIsSaid() {
        try (var proxy = new Told()) {
            OtlpSpec spec = traces("http://collector.invalid:4318");
            exporter.configure(secured(spec, null, URI.create(proxy.url())));
            exporter.add(span(1));
            soon().until(() -> names(proxy).equals(List.of("n1")));
            assertThat(proxy.requests().getFirst().path()).isEqualTo("http://collector.invalid:4318/v1/traces");
        }
    }

    private static OtlpSpec secured(OtlpSpec s, OtlpSpec.@Nullable Tls tls, @Nullable URI proxy) {
        return new OtlpSpec(
                s.endpoint(),
                s.headers(),
                s.interval(),
                s.metrics(),
                s.traces(),
                s.timeout(),
                tls,
                proxy,
                s.gzip(),
                s.resource());
    }

    @Test
    void aTurnThatFailsIsSaidOnceAndNotTheEnd() {
        try (var collector = new Told()) {
            fails = true;
            exporter.configure(spec(collector.url(), true, Duration.ofSeconds(10), true));
            soon().until(() -> !warned.isEmpty());
            exporter.add(span(1));
            soon().until(() -> names(collector).equals(List.of("n1"))); // the other signal goes on
            fails = false;
            soon().until(() -> !collector.metrics().isEmpty());
            assertThat(warned).hasSize(1).first().asString().contains("a bug", "StackOverflowError");
        }
    }

    @Test
    void aReloadBringsBackAThreadThatDied() {
        try (var collector = new Told()) {
            OtlpSpec spec = spec(collector.url(), true, Duration.ofSeconds(10), true);
            fails = true;
            dies = true;
            exporter.configure(spec);
            ConditionFactory soon = soon().dontCatchUncaughtExceptions(); // it is wanted
            soon.until(() -> !warned.isEmpty());
            fails = false;
            dies = false;
            soon.until(() -> {
                exporter.configure(spec);
                return !collector.metrics().isEmpty();
            });
        }
    }

    /** The JDK's own settings, and those of a desktop it may ask, are not Holdfast's. */
    @Test
    void goesToTheCollectorItselfWhateverProxyTheMachineHas() {
        ProxySelector usual = ProxySelector.getDefault();
        var asked = new CopyOnWriteArrayList<URI>();
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                asked.add(uri);
                return List.of(Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress at, IOException e) {}
        });
        try (var collector = new Told()) {
            exporter.configure(traces(collector.url()));
            exporter.add(span(1));
            soon().until(() -> names(collector).equals(List.of("n1")));
            assertThat(asked).noneMatch(u -> u.getPort() == collector.port());
        } finally {
            ProxySelector.setDefault(usual);
        }
    }

    @Test
    void theLastSpansAreToldAtTheEnd() {
        try (var collector = new Told()) {
            exporter.configure(traces(collector.url()));
            exporter.add(span(1));
            soon().until(() -> names(collector).contains("n1"));
            exporter.add(span(2));
            exporter.close();
            assertThat(names(collector)).containsExactly("n1", "n2");
        }
    }
}
