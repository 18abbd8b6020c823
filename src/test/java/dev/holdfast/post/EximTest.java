package dev.holdfast.post;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.alert.Delivery;
import dev.holdfast.alert.Letters;
import dev.holdfast.alert.Wording;
import dev.holdfast.config.AlertSpec.Encryption;
import dev.holdfast.config.AlertSpec.Secret;
import dev.holdfast.config.AlertSpec.Server;
import dev.holdfast.config.AlertSpec.Way.Email;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mail server as Debian has it. */
@Tag("process")
class EximTest {
    private static final Wording WORDING = new Wording("host1", ZoneId.of("UTC"));

    @TempDir
    Path dir;

    private Delivery send(Exim exim, Encryption e, String password, String... to) throws Exception {
        Path file = Files.writeString(dir.resolve("password"), password + "\n");
        return Smtp.send(
                Letters.of(Letters.full()),
                new Email(
                        List.of(to),
                        "holdfast@example.org",
                        new Server("127.0.0.1", exim.port(), e, "holdfast", new Secret.InFile(file.toString())),
                        Duration.ofSeconds(30)),
                WORDING,
                WORDING.zone());
    }

    @Test
    void takesTheMailAfterStarttlsAndALogin() throws Exception {
        try (Exim exim = Exim.start()) {
            assertThat(send(exim, Encryption.IF_OFFERED, "right", "ops@example.org"))
                    .isEqualTo(new Delivery.Done());
            await().atMost(Duration.ofSeconds(60)).until(() -> exim.mails().size() == 1);
            assertThat(exim.mails().getFirst())
                    .contains("esmtpsa")
                    .contains("To: ops@example.org")
                    .contains("Message-ID: <0123abcd.7.alert@host1>")
                    .contains("multipart/alternative")
                    .doesNotContain("\nBcc:");
        }
    }

    @Test
    void aWrongPasswordOrAnUnknownCertificateIsTheChannelsTrouble() throws Exception {
        try (Exim exim = Exim.start()) {
            assertThat(send(exim, Encryption.IF_OFFERED, "wrong", "ops@example.org"))
                    .isInstanceOf(Delivery.Away.class);
            assertThat(send(exim, Encryption.STARTTLS, "right", "ops@example.org"))
                    .isInstanceOfSatisfying(
                            Delivery.Away.class, l -> assertThat(l.why()).contains("TLS"));
            assertThat(exim.mails()).isEmpty();
        }
    }

    @Test
    void oneUnknownAddressKeepsItFromNobodyElse() throws Exception {
        try (Exim exim = Exim.start()) {
            assertThat(send(exim, Encryption.IF_OFFERED, "right", "nobody@example.org"))
                    .isInstanceOf(Delivery.Refused.class);
            assertThat(send(exim, Encryption.IF_OFFERED, "right", "nobody@example.org", "ops@example.org"))
                    .isInstanceOfSatisfying(
                            Delivery.Mostly.class, m -> assertThat(m.why()).contains("nobody@example.org"));
            await().atMost(Duration.ofSeconds(60)).until(() -> exim.mails().size() == 1);
        }
    }
}
