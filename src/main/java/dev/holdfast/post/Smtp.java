package dev.holdfast.post;

import dev.holdfast.alert.Delivery;
import dev.holdfast.alert.Letter;
import dev.holdfast.alert.Wording;
import dev.holdfast.config.AlertSpec.Encryption;
import dev.holdfast.config.AlertSpec.Server;
import dev.holdfast.config.AlertSpec.Way.Email;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * Hands a mail to its server (RFC 5321). The only user of the mail library, which is loaded with this class, and of that
 * only the conversation: the mail itself is {@link MailText}'s, as it is.
 */
public final class Smtp {
    private static final int AUTHENTICATION_REQUIRED = 530;
    private static final int AUTHENTICATION_FAILED = 535;
    private static final int TOO_WEAK = 534;
    private static final int ENCRYPTION_REQUIRED = 538;

    private Smtp() {}

    /** Tries once; blocks for as long as the server takes, three timeouts at most. Never throws for what the server does. */
    public static Delivery send(Letter l, Email way, Wording wording, ZoneId zone) {
        Server server = way.server();
        List<String> to = left(l, way);
        if (to.isEmpty()) {
            return new Delivery.Done(); // who had not got it is not to get any more
        }
        try {
            String password = Secrets.read(server.password());
            Session session = Session.getInstance(settings(way, wording.host()));
            var message = new MimeMessage(
                    session,
                    new ByteArrayInputStream(MailText.of(l, way, wording, zone).getBytes(StandardCharsets.US_ASCII)));
            try (var transport = new Connection(session, server.encryption() == Encryption.TLS)) {
                try {
                    transport.connect(server.host(), server.port(), server.user(), password);
                } catch (AuthenticationFailedException e) {
                    return new Delivery.Away(server.host() + " refuses the login: " + words(e));
                } catch (MessagingException e) {
                    return new Delivery.Away(server.host() + ": " + words(e));
                }
                transport.sendMessage(message, addresses(to));
            }
            return new Delivery.Done();
        } catch (SendFailedException e) {
            return judge(e, to);
        } catch (MessagingException | IOException e) {
            return new Delivery.Later(server.host() + ": " + words(e));
        }
    }

    /** Those that have not got it, as far as they are still named. */
    private static List<String> left(Letter l, Email way) {
        List<String> still = l.left().stream().filter(way.to()::contains).toList();
        return l.left().isEmpty() ? way.to() : still;
    }

    /** With TLS from the first byte, or as its server offers it. */
    private static final class Connection extends SMTPTransport {
        Connection(Session session, boolean tls) {
            super(session, null, tls ? "smtps" : "smtp", tls);
        }

        /** A server that hangs up at the end has taken the mail all the same. */
        @Override
        public synchronized void close() {
            try {
                super.close();
            } catch (MessagingException taken) {
                // nothing hangs on the answer to QUIT
            }
        }
    }

    private static Properties settings(Email way, String host) {
        var p = new Properties();
        Server server = way.server();
        String s = server.encryption() == Encryption.TLS ? "mail.smtps." : "mail.smtp.";
        p.setProperty(s + "from", way.from());
        p.setProperty(s + "localhost", host.replaceAll("[^A-Za-z0-9.-]", "-"));
        p.setProperty(s + "auth", Boolean.toString(server.user() != null));
        p.setProperty(s + "sendpartial", "true");
        p.setProperty(s + "quitwait", "false");
        String millis = Long.toString(
                Math.clamp(way.timeout().toMillis(), 1_000, Duration.ofHours(1).toMillis()));
        p.setProperty(s + "connectiontimeout", millis);
        p.setProperty(s + "timeout", millis);
        p.setProperty(s + "writetimeout", millis);
        switch (server.encryption()) {
            case NONE -> p.setProperty(s + "starttls.enable", "false");
            case IF_OFFERED -> {
                // Against who listens, not who pretends: that could as well offer none. A server on this host mostly
                // has a
                // certificate that nobody signed.
                p.setProperty(s + "starttls.enable", "true");
                p.setProperty(s + "ssl.trust", "*");
                p.setProperty(s + "ssl.checkserveridentity", "false");
            }
            case STARTTLS -> {
                p.setProperty(s + "starttls.enable", "true");
                p.setProperty(s + "starttls.required", "true");
                p.setProperty(s + "ssl.checkserveridentity", "true");
            }
            case TLS -> p.setProperty(s + "ssl.checkserveridentity", "true");
        }
        return p;
    }

    private static Address[] addresses(List<String> to) throws MessagingException {
        var all = new ArrayList<Address>();
        for (String a : to) {
            all.add(new InternetAddress(a));
        }
        return all.toArray(Address[]::new);
    }

    /** Some may have got it, and each of the others has a reason of its own. */
    private static Delivery judge(SendFailedException e, List<String> to) {
        List<String> sent = texts(e.getValidSentAddresses());
        var later = new ArrayList<String>();
        var reasons = new ArrayList<String>();
        boolean never = false;
        for (Exception x = e; x instanceof MessagingException m; x = m.getNextException()) {
            switch (m) {
                case SMTPAddressFailedException a -> {
                    boolean permanent = permanent(a.getReturnCode());
                    never |= permanent;
                    if (!permanent) {
                        later.add(a.getAddress().getAddress());
                    }
                    reasons.add(a.getAddress().getAddress() + ": " + words(a));
                }
                case SMTPSenderFailedException s -> {
                    never |= permanent(s.getReturnCode());
                    reasons.add(words(s));
                }
                case SMTPSendFailedException s -> {
                    // of a partial success it repeats what its addresses say
                    never |= sent.isEmpty() && permanent(s.getReturnCode());
                    reasons.add(words(s));
                }
                default -> reasons.add(words(m));
            }
        }
        String why = String.join("; ", reasons.stream().distinct().limit(5).toList());
        if (!sent.isEmpty()) {
            List<String> left = to.stream().filter(later::contains).toList();
            return left.isEmpty() ? new Delivery.Mostly(why) : new Delivery.Partly(left, why);
        }
        return never && later.isEmpty() ? new Delivery.Refused(why) : new Delivery.Later(why);
    }

    /** What a later try cannot mend; a login that is missing or wrong is the channel's matter, not the mail's. */
    private static boolean permanent(int code) {
        return code >= 500
                && code <= 599
                && code != AUTHENTICATION_REQUIRED
                && code != AUTHENTICATION_FAILED
                && code != TOO_WEAK
                && code != ENCRYPTION_REQUIRED;
    }

    private static List<String> texts(Address @org.jspecify.annotations.Nullable [] all) {
        return all == null
                ? List.of()
                : Arrays.stream(all).map(Address::toString).toList();
    }

    private static String words(Exception e) {
        Throwable cause = e.getCause();
        String message = String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
        return cause == null || message.contains(String.valueOf(cause.getMessage()))
                ? message
                : message + ": " + cause.getMessage();
    }
}
