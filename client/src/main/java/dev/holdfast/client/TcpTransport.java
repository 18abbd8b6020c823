package dev.holdfast.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** {@code global.api.listen}, with a token. */
final class TcpTransport implements Transport {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final Duration CONNECTING = Duration.ofSeconds(10);

    private final URI base;
    private final String token;
    private final HttpClient client;

    /**
     * @param base such as {@code https://host:9180}; without TLS on loopback only: the token could be read on the way
     * @param tls whom to trust; null: as the JVM is set up
     */
    TcpTransport(URI base, String token, @Nullable SSLContext tls) {
        String scheme = String.valueOf(base.getScheme());
        String host = base.getHost();
        boolean plain = scheme.equals("http");
        if (host == null || (!plain && !scheme.equals("https")) || base.getRawUserInfo() != null) {
            throw new IllegalArgumentException(base + " is not like https://host:9180");
        }
        boolean root = base.getRawPath().isEmpty() || base.getRawPath().equals("/");
        if (!root || base.getRawQuery() != null || base.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    base + " leads below its host, where the API is not: https://host:9180 is enough");
        }
        if (plain && !LOOPBACK.contains(host)) {
            throw new IllegalArgumentException("the token could be read on its way to " + base + ": use https");
        }
        if (!token.matches("hft_[A-Za-z0-9_-]{1,200}")) {
            throw new IllegalArgumentException("a token begins with hft_; holdfast token create makes one");
        }
        this.base = base;
        this.token = token;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECTING);
        this.client = (tls == null ? builder : builder.sslContext(tls)).build();
    }

    @Override
    public String where() {
        return base.toString();
    }

    @Override
    public Answer exchange(Ask ask, Duration most) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(ask.path()))
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/json");
        if (ask.body() != null) {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(ask.body()));
        }
        var answer = client.sendAsync(request.build(), info -> new Bounded());
        try {
            HttpResponse<byte[]> got = answer.get(most.toNanos(), TimeUnit.NANOSECONDS);
            return new Answer(
                    got.statusCode(),
                    Transport.later(got.headers().firstValue("Retry-After").orElse(null)),
                    new String(got.body(), StandardCharsets.UTF_8));
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("the daemon did not answer in time");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    /** All of a body, while it is not too long. */
    private static final class Bounded implements BodySubscriber<byte[]> {
        private final BodySubscriber<byte[]> all = BodySubscribers.ofByteArray();
        private Flow.@Nullable Subscription source;
        private long come;

        @Override
        public CompletionStage<byte[]> getBody() {
            return all.getBody();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            source = subscription;
            all.onSubscribe(subscription);
        }

        @Override
        public void onNext(List<ByteBuffer> pieces) {
            come += pieces.stream().mapToLong(ByteBuffer::remaining).sum();
            if (come > MOST_BODY && source != null) {
                source.cancel();
                all.onError(new IOException("the answer is longer than " + MOST_BODY + " bytes"));
            } else {
                all.onNext(pieces);
            }
        }

        @Override
        public void onError(Throwable failure) {
            all.onError(failure);
        }

        @Override
        public void onComplete() {
            all.onComplete();
        }
    }
}
