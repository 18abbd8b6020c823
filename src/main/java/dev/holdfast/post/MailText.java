package dev.holdfast.post;

import dev.holdfast.alert.Letter;
import dev.holdfast.alert.Page;
import dev.holdfast.alert.Wording;
import dev.holdfast.config.AlertSpec.Way.Email;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;

/**
 * A letter as a mail (RFC 5322): text and HTML beside each other, both in base64, so that no line of a program's output can
 * be anything of the mail's own. Headers hold what the configuration says, which was checked, and what was encoded.
 */
public final class MailText {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss xx", Locale.ROOT);
    private static final int PLAIN = 68;
    /** An encoded word has at most 75 characters (RFC 2047, 2). */
    private static final int ENCODED_BYTES = 42;

    private MailText() {}

    public static String of(Letter l, Email way, Wording wording, ZoneId zone) {
        String boundary = "=_" + l.id().replaceAll("[^A-Za-z0-9]", "") + "_";
        var b = new StringBuilder(4_096);
        header(b, "From", way.from());
        header(b, "To", String.join(",\r\n ", way.to()));
        String subject = wording.subject(l);
        header(b, "Subject", encoded(subject));
        header(b, "Date", DATE.format(l.made().atZone(zone)));
        header(b, "Message-ID", id(l, wording.host()));
        header(b, "Auto-Submitted", "auto-generated"); // RFC 3834: nobody's absence is answered to us
        header(b, "X-Auto-Response-Suppress", "All");
        if (subject.startsWith("[CRITICAL]")) {
            header(b, "Importance", "high");
            header(b, "X-Priority", "1");
        }
        header(b, "MIME-Version", "1.0");
        header(b, "Content-Type", "multipart/alternative; boundary=\"" + boundary + "\"");
        b.append("\r\n");
        part(b, boundary, "text/plain", wording.text(l));
        part(b, boundary, "text/html", new Page(wording).html(l));
        b.append("--").append(boundary).append("--\r\n");
        return b.toString();
    }

    /** The same for every try: whoever gets it twice can tell. */
    static String id(Letter l, String host) {
        String domain = host.replaceAll("[^A-Za-z0-9.-]", "-").replaceAll("^[.-]+|[.-]+$", "");
        return "<" + l.id() + ".alert@" + (domain.isEmpty() ? "localhost" : domain) + ">";
    }

    private static void header(StringBuilder b, String name, String value) {
        b.append(name).append(": ").append(value).append("\r\n");
    }

    private static void part(StringBuilder b, String boundary, String type, String text) {
        b.append("--").append(boundary).append("\r\n");
        header(b, "Content-Type", type + "; charset=utf-8");
        header(b, "Content-Transfer-Encoding", "base64");
        b.append("\r\n");
        b.append(Base64.getMimeEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        b.append("\r\n");
    }

    /** Words of at most 42 bytes, cut between characters, each on a line of its own (RFC 2047). */
    static String encoded(String s) {
        if (s.length() <= PLAIN && s.matches("[\\x20-\\x7e]*") && !s.contains("=?")) {
            return s;
        }
        var b = new StringBuilder();
        var word = new StringBuilder();
        int bytes = 0;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            String character = Character.toString(c);
            int more = character.getBytes(StandardCharsets.UTF_8).length;
            if (bytes + more > ENCODED_BYTES) {
                word(b, word);
                bytes = 0;
            }
            word.append(character);
            bytes += more;
            i += Character.charCount(c);
        }
        word(b, word);
        return b.toString();
    }

    private static void word(StringBuilder b, StringBuilder word) {
        b.append(b.isEmpty() ? "" : "\r\n ").append("=?utf-8?B?");
        b.append(Base64.getEncoder().encodeToString(word.toString().getBytes(StandardCharsets.UTF_8)));
        b.append("?=");
        word.setLength(0);
    }
}
