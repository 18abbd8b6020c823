package dev.holdfast.post;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.holdfast.alert.Delivery;
import dev.holdfast.alert.Letter;
import dev.holdfast.alert.Letters;
import dev.holdfast.alert.Wording;
import dev.holdfast.config.AlertSpec.Encryption;
import dev.holdfast.config.AlertSpec.Secret;
import dev.holdfast.config.AlertSpec.Server;
import dev.holdfast.config.AlertSpec.Way.Email;
import dev.holdfast.testbed.Ports;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mails, to a server in this JVM and to ones that say what a test wants. */
class SmtpTest {
    private static final ZoneId ZONE = ZoneId.of("UTC");
    private static final Wording WORDING = new Wording("höst\r\nX: y", ZONE);

    private @Nullable GreenMail green;

    @AfterEach
    void stop() {
        if (green != null) {
            green.stop();
        }
    }

    private static Email mail(int port, Encryption e, @Nullable String user, @Nullable String password, String... to) {
        return new Email(
                to.length == 0 ? List.of("ops@example.org") : List.of(to),
                "holdfast@example.org",
                new Server("127.0.0.1", port, e, user, password == null ? null : new Secret.Given(password)),
                Duration.ofSeconds(20));
    }

    private GreenMail greenMail() {
        var g = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        g.start();
        green = g;
        return g;
    }

    @Test
    void theMailHasTextAndHtmlAndNoHeaderOfTheProgramsMaking() throws Exception {
        GreenMail g = greenMail();
        Letter letter = Letters.of(Letters.full());
        Email to = mail(g.getSmtp().getPort(), Encryption.IF_OFFERED, null, null, "ops@example.org", "two@example.org");
        assertThat(Smtp.send(letter, to, WORDING, ZONE)).isEqualTo(new Delivery.Done());
        MimeMessage[] all = g.getReceivedMessages();
        assertThat(all).hasSize(2);
        MimeMessage m = all[0];
        assertThat(m.getSubject())
                .startsWith("[CRITICAL] ")
                .contains("Bcc: evil@example.org uses 1.2Gi")
                .doesNotContain("\n");
        assertThat(m.getHeader("Bcc")).isNull();
        assertThat(m.getHeader("X")).isNull();
        assertThat(m.getAllRecipients()).hasSize(2);
        assertThat(m.getMessageID()).isEqualTo("<0123abcd.7.alert@h-st--X--y>");
        assertThat(m.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        var parts = (MimeMultipart) m.getContent();
        assertThat(parts.getCount()).isEqualTo(2);
        assertThat(parts.getBodyPart(0).getContent().toString())
                .contains("memory            1.2Gi   (> 1Gi)")
                .contains("käse");
        assertThat(parts.getBodyPart(1).getContentType()).startsWith("text/html");
        assertThat(parts.getBodyPart(1).getContent().toString())
                .contains("hog &lt;b&gt;")
                .contains("bgcolor".isEmpty() ? "" : "background:#c62828");
        // The same letter again, by a daemon that died before it could note the first: known by its id.
        Smtp.send(letter, to, WORDING, ZONE);
        assertThat(g.getReceivedMessages()[2].getMessageID()).isEqualTo(m.getMessageID());
    }

    @Test
    void logsInWhereAUserIsGiven() {
        GreenMail g = greenMail();
        g.setUser("holdfast", "right");
        int port = g.getSmtp().getPort();
        assertThat(Smtp.send(
                        Letters.of(Letters.full()),
                        mail(port, Encryption.IF_OFFERED, "holdfast", "right"),
                        WORDING,
                        ZONE))
                .isEqualTo(new Delivery.Done());
        assertThat(Smtp.send(
                        Letters.of(Letters.full()),
                        mail(port, Encryption.IF_OFFERED, "holdfast", "wrong"),
                        WORDING,
                        ZONE))
                .isInstanceOfSatisfying(
                        Delivery.Away.class, l -> assertThat(l.why()).contains("refuses the login"));
    }

    @Test
    void aServerWithoutStarttlsGetsNoMailWhereItIsDemanded() {
        GreenMail g = greenMail();
        assertThat(Smtp.send(
                        Letters.of(Letters.full()),
                        mail(g.getSmtp().getPort(), Encryption.STARTTLS, null, null),
                        WORDING,
                        ZONE))
                .isInstanceOfSatisfying(
                        Delivery.Away.class, l -> assertThat(l.why()).contains("STARTTLS"));
        assertThat(g.getReceivedMessages()).isEmpty();
    }

    @Test
    void nobodyThereIsTriedAgain() throws IOException {
        int port = Ports.free();
        assertThat(Smtp.send(Letters.of(Letters.full()), mail(port, Encryption.NONE, null, null), WORDING, ZONE))
                .isInstanceOf(Delivery.Away.class);
    }

    /** Answers each command as {@code say} has it; null: as usual. */
    private static Thread server(ServerSocket socket, UnaryOperator<@Nullable String> say) {
        return Thread.startVirtualThread(() -> {
            try (var s = socket.accept()) {
                var in = new BufferedReader(new InputStreamReader(s.getInputStream(), StandardCharsets.US_ASCII));
                var out = s.getOutputStream();
                out.write("220 here\r\n".getBytes(StandardCharsets.US_ASCII));
                boolean data = false;
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    if (data && !line.equals(".")) {
                        continue;
                    }
                    String told = say.apply(line);
                    String answer = told != null ? told : line.equals("DATA") ? "354 go on" : "250 fine";
                    data = line.equals("DATA") && answer.startsWith("354");
                    out.write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException over) {
                // the other side hung up
            }
        });
    }

    private static Delivery against(UnaryOperator<@Nullable String> say, String... to) throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread t = server(socket, say);
            Delivery d = Smtp.send(
                    Letters.of(Letters.full()),
                    mail(socket.getLocalPort(), Encryption.IF_OFFERED, null, null, to),
                    WORDING,
                    ZONE);
            t.join(10_000);
            return d;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MAIL,550 5.7.1 no relay,Refused",
        "MAIL,451 try later,Later",
        "MAIL,530 5.7.0 authenticate first,Later",
        "RCPT,550 no such user,Refused",
        "RCPT,450 greylisted,Later",
        "DATA,554 no valid recipients,Refused",
        ".,554 5.7.1 spam,Refused",
        ".,452 no space,Later",
        ".,421 going down,Later",
        "EHLO,421 too busy,Away",
    })
    void aServersAnswerSaysWhetherTheMailOrTheTimeIsWrong(String command, String answer, String delivery)
            throws Exception {
        Delivery d = against(line ->
                line.startsWith(command) ? answer : command.equals("EHLO") && line.startsWith("HELO") ? answer : null);
        assertThat(d.getClass().getSimpleName()).as(d.toString()).isEqualTo(delivery);
        assertThat(d.toString()).contains(answer.substring(0, 3));
    }

    @Test
    void whoIsGreylistedGetsItLaterAndTheOthersNotAgain() throws Exception {
        Delivery d =
                against(line -> line.contains("two@") ? "450 greylisted" : null, "ops@example.org", "two@example.org");
        assertThat(d)
                .isInstanceOfSatisfying(
                        Delivery.Partly.class, p -> assertThat(p.left()).containsExactly("two@example.org"));
    }

    @Test
    void whoDoesNotExistKeepsItFromNobodyElse() throws Exception {
        Delivery d = against(
                line -> line.contains("two@") ? "550 no such user" : null, "ops@example.org", "two@example.org");
        assertThat(d)
                .isInstanceOfSatisfying(
                        Delivery.Mostly.class,
                        m -> assertThat(m.why()).contains("two@example.org").contains("no such user"));
    }

    @ParameterizedTest
    @CsvSource({"plain,plain", "ä,=?utf-8?B?w6Q=?=", "=?x?=,=?utf-8?B?PT94Pz0=?="})
    void headersAreEncoded(String subject, String header) {
        assertThat(MailText.encoded(subject)).isEqualTo(header);
    }

    @Test
    void longSubjectsAreCutBetweenCharacters() throws Exception {
        String subject = "ü€😀".repeat(60);
        String encoded = MailText.encoded(subject);
        assertThat(encoded.split("\r\n", -1))
                .allSatisfy(l -> assertThat(l.length()).isLessThanOrEqualTo(76));
        assertThat(jakarta.mail.internet.MimeUtility.decodeText(encoded)).isEqualTo(subject);
    }
}
