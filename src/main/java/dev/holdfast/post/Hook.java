package dev.holdfast.post;

import dev.holdfast.alert.Delivery;
import dev.holdfast.alert.Letter;
import dev.holdfast.alert.Payload;
import dev.holdfast.alert.Wording;
import dev.holdfast.config.AlertSpec.Way.Webhook;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Hands a letter to a webhook. */
public final class Hook {
    /** That say something of what was sent, not of the way to it. */
    private static final Set<Integer> REFUSALS = Set.of(400, 413, 415, 422);

    /** That would be said of any letter, as would a redirect. */
    private static final Set<Integer> SHUT = Set.of(401, 403, 404, 405, 407, 410);

    private static final int LONGEST_CONNECT = 10_000;
    private static final int TOLD = 200;

    private Hook() {}

    /** Tries once; blocks. Never throws for what the other side does. */
    public static Delivery send(Letter l, Webhook way, Wording wording, Instant now) {
        String host = way.url().getHost();
        try {
            byte[] body = new Payload(wording)
                    .body(way.template(), l, way.url(), Secrets.read(way.routingKey()))
                    .getBytes(StandardCharsets.UTF_8);
            HttpURLConnection c = request(l, way, body, now);
            try {
                c.connect();
                return post(c, host, body);
            } finally {
                c.disconnect();
            }
        } catch (IOException | GeneralSecurityException e) {
            return new Delivery.Away(host + ": " + words(e));
        } catch (RuntimeException e) {
            return new Delivery.Later(host + ": " + words(e));
        }
    }

    private static String words(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private static HttpURLConnection request(Letter l, Webhook way, byte[] body, Instant now)
            throws IOException, GeneralSecurityException {
        URI target = Payload.target(way.template(), way.url());
        var c = (HttpURLConnection) target.toURL().openConnection();
        int millis = Math.clamp(way.timeout().toMillis(), 1, Integer.MAX_VALUE);
        c.setConnectTimeout(Math.min(millis, LONGEST_CONNECT));
        c.setReadTimeout(millis);
        c.setInstanceFollowRedirects(false);
        c.setRequestMethod("POST");
        c.setDoOutput(true);
        // Else it would send a POST a second time by itself when the answer does not come (sun.net.http.retryPost).
        c.setFixedLengthStreamingMode(body.length);
        c.setRequestProperty("Content-Type", "application/json");
        c.setRequestProperty("User-Agent", "holdfast");
        c.setRequestProperty("X-Holdfast-Id", l.id());
        way.headers().forEach(c::setRequestProperty);
        String secret = Secrets.read(way.signed());
        if (secret != null) {
            String at = Long.toString(now.getEpochSecond());
            c.setRequestProperty("X-Holdfast-Timestamp", at);
            c.setRequestProperty("X-Holdfast-Signature", "sha256=" + signature(secret, at, body));
        }
        return c;
    }

    private static Delivery post(HttpURLConnection c, String host, byte[] body) {
        try {
            try (OutputStream out = c.getOutputStream()) {
                out.write(body);
            }
            int status = c.getResponseCode();
            if (status >= 200 && status < 300) {
                return new Delivery.Done();
            }
            String why = host + " answers " + status + said(c);
            if (SHUT.contains(status) || (status >= 300 && status < 400)) {
                return new Delivery.Away(why);
            }
            return REFUSALS.contains(status) ? new Delivery.Refused(why) : new Delivery.Later(why);
        } catch (IOException e) { // it may be what it was sent that it does not answer
            return new Delivery.Later(host + ": " + words(e));
        }
    }

    /** HMAC-SHA256 (RFC 2104) of the time, a dot and the body; the time keeps an old message from being sent again. */
    static String signature(String secret, String at, byte[] body) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        mac.update((at + ".").getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(mac.doFinal(body));
    }

    /** The beginning of what it said, which mostly says why. */
    private static String said(HttpURLConnection c) throws IOException {
        try (InputStream in = c.getErrorStream()) {
            String text = in == null ? "" : new String(in.readNBytes(TOLD), StandardCharsets.UTF_8);
            String line = text.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
            return line.isEmpty() ? "" : ": " + line;
        }
    }
}
