package dev.holdfast.post;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.alert.Delivery;
import dev.holdfast.alert.Letters;
import dev.holdfast.alert.Wording;
import dev.holdfast.config.AlertSpec.Secret;
import dev.holdfast.config.AlertSpec.Template;
import dev.holdfast.config.AlertSpec.Way.Webhook;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** POSTs to a receiver that checks what it gets. */
class HookTest {
    private static final Wording WORDING = new Wording("host1", ZoneId.of("UTC"));
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    @TempDir
    Path dir;

    private final Receiver receiver = new Receiver();

    @AfterEach
    void stop() {
        receiver.close();
    }

    private Webhook hook(@Nullable Secret signed) {
        return hook(signed, receiver.port());
    }

    private static Webhook hook(@Nullable Secret signed, int port) {
        return new Webhook(
                URI.create("http://127.0.0.1:" + port + "/hook"),
                Template.JSON,
                new TreeMap<>(Map.of("X-Mine", "yes")),
                signed,
                null,
                Duration.ofSeconds(10));
    }

    @Test
    void thePostIsSignedOverItsTimeAndBody() throws Exception {
        Path secret = Files.writeString(dir.resolve("secret"), " geheim\n");
        assertThat(Hook.send(Letters.of(Letters.full()), hook(new Secret.InFile(secret.toString())), WORDING, NOW))
                .isEqualTo(new Delivery.Done());
        Receiver.Got g = receiver.got().getFirst();
        String at = g.headers().get("X-Holdfast-Timestamp");
        assertThat(at).isEqualTo("1795168800");
        var openssl = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import hmac,sys;print(hmac.new(b'geheim',sys.stdin.buffer.read(),'sha256').hexdigest())")
                .start();
        openssl.getOutputStream().write((at + "." + g.body()).getBytes(StandardCharsets.UTF_8));
        openssl.getOutputStream().close();
        String expected = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(g.headers().get("X-Holdfast-Signature")).isEqualTo("sha256=" + expected);
        assertThat(g.headers()).containsEntry("X-Mine", "yes").containsEntry("X-Holdfast-Id", "0123abcd.7");
        assertThat(g.body()).contains("\"key\":\"guard/hog/4711\"");
    }

    @ParameterizedTest
    @CsvSource({
        "200,Done",
        "204,Done",
        "302,Away",
        "400,Refused",
        "401,Away",
        "404,Away",
        "413,Refused",
        "422,Refused",
        "429,Later",
        "500,Later"
    })
    void theAnswerSaysWhetherItIsTriedAgain(int answer, String delivery) {
        receiver.answer(answer);
        Delivery d = Hook.send(Letters.of(Letters.full()), hook(null), WORDING, NOW);
        assertThat(d.getClass().getSimpleName()).isEqualTo(delivery);
        if (!delivery.equals("Done")) {
            assertThat(d.toString()).contains("127.0.0.1 answers " + answer);
        }
        assertThat(receiver.got()).as("never sent twice by itself").hasSize(1);
    }

    @Test
    void aSecretThatCannotBeReadIsSaid() {
        Delivery d = Hook.send(Letters.of(Letters.full()), hook(new Secret.InFile("/nonexistent/s")), WORDING, NOW);
        assertThat(d).isEqualTo(new Delivery.Away("127.0.0.1: /nonexistent/s does not exist"));
        assertThat(receiver.got()).isEmpty();
    }

    @Test
    void whoTakesItAndHangsUpIsNotSentItASecondTimeAtOnce() {
        receiver.answer(0);
        assertThat(Hook.send(Letters.of(Letters.full()), hook(null), WORDING, NOW))
                .isInstanceOf(Delivery.Later.class);
        assertThat(receiver.got()).hasSize(1);
    }

    @Test
    void nobodyThereIsTriedAgain() throws IOException {
        try (var nobody = new Socket()) { // holds a port, which other tests' servers might get, and does not listen
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertThat(Hook.send(Letters.of(Letters.full()), hook(null, nobody.getLocalPort()), WORDING, NOW))
                    .isInstanceOf(Delivery.Away.class);
        }
    }
}
