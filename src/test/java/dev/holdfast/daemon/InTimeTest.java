package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.alert.Delivery;
import dev.holdfast.alert.Letters;
import dev.holdfast.alert.Wording;
import dev.holdfast.config.AlertSpec.Encryption;
import dev.holdfast.config.AlertSpec.Server;
import dev.holdfast.config.AlertSpec.Template;
import dev.holdfast.config.AlertSpec.Way.Email;
import dev.holdfast.config.AlertSpec.Way.Webhook;
import dev.holdfast.post.Hook;
import dev.holdfast.post.Smtp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole tries are bounded. */
class InTimeTest {
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final Wording WORDING = new Wording("host1", UTC);
    private static final Duration EACH_READ = Duration.ofSeconds(30);

    private static Delivery sent(Duration most, Supplier<Delivery> sending) throws Exception {
        var answer = new CompletableFuture<Delivery>();
        InTime.send(most, sending, answer::complete);
        return answer.get(20, TimeUnit.SECONDS);
    }

    /** Says a byte of an answer now and then, and its last one for ever. */
    private static void dribble(ServerSocket server, String endless, CompletableFuture<Void> hungUp) {
        try (Socket s = server.accept()) {
            for (int i = 0; ; i++) {
                s.getOutputStream().write(endless.charAt(Math.min(i, endless.length() - 1)));
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (IOException gone) {
            hungUp.complete(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"webhook", "email"})
    void aServerThatNeverComesToAnEndIsHungUpOn(String way) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var hungUp = new CompletableFuture<Void>();
            Thread.ofVirtual()
                    .start(() -> dribble(server, way.equals("email") ? "220-x" : "HTTP/1.1 500 No\r\nX: x", hungUp));
            var hook = new Webhook(
                    URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"),
                    Template.JSON,
                    new TreeMap<>(),
                    null,
                    null,
                    EACH_READ);
            var mail = new Email(
                    List.of("a@example.org"),
                    "b@example.org",
                    new Server("127.0.0.1", server.getLocalPort(), Encryption.NONE, null, null),
                    EACH_READ);
            Delivery d = sent(
                    Duration.ofSeconds(1),
                    () -> way.equals("email")
                            ? Smtp.send(Letters.of(Letters.full()), mail, WORDING, UTC)
                            : Hook.send(Letters.of(Letters.full()), hook, WORDING, Instant.EPOCH));
            assertThat(d).isEqualTo(new Delivery.Later("it took longer than 1 s"));
            hungUp.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatIsThereInTimeIsTheAnswer() throws Exception {
        assertThat(sent(Duration.ofSeconds(20), Delivery.Done::new)).isEqualTo(new Delivery.Done());
    }

    @Test
    void anErrorOfAnyKindIsAnAnswerToo() throws Exception {
        assertThat(sent(Duration.ofSeconds(20), () -> {
                    throw new AssertionError("x");
                }))
                .isEqualTo(new Delivery.Later("java.lang.AssertionError: x"));
    }
}
