package dev.holdfast.web;

import dev.holdfast.config.RateLimitSpec;
import dev.holdfast.config.RateLimitSpec.Rate;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a decision of the rate limit costs beside Bucket4j's own. Prints a line a round: ns of Bucket4j alone, of one client,
 * of 1,000 clients in turn, of an endpoint's own limit among 20.
 */
final class LimitsBench {
    private static final int TIMES = 300_000;
    private static final int ROUNDS = 5;
    private static final List<String> STATUS = List.of("api", "v1", "status");
    private static final List<String> RESTART = List.of("api", "v1", "processes", "web", "restart");

    private LimitsBench() {}

    private interface Once {
        boolean decide(int i);
    }

    private static double nanos(Once once) {
        int allowed = 0;
        long began = System.nanoTime();
        for (int i = 0; i < TIMES; i++) {
            allowed += once.decide(i) ? 1 : 0;
        }
        long took = System.nanoTime() - began;
        if (allowed == 0) {
            throw new IllegalStateException("nothing was allowed");
        }
        return (double) took / TIMES;
    }

    public static void main(String[] args) {
        Bucket alone = Bucket.builder()
                .addLimit(l -> l.capacity(1_000_000).refillGreedy(1_000_000, Duration.ofSeconds(1)))
                .withNanosecondPrecision()
                .build();
        var endpoints = new ArrayList<RateLimitSpec.Endpoint>();
        for (int i = 0; i < 19; i++) {
            endpoints.add(new RateLimitSpec.Endpoint("POST", "/api/v1/other/{name}/" + i, new Rate(1, 1)));
        }
        endpoints.add(
                new RateLimitSpec.Endpoint("POST", "/api/v1/processes/{name}/restart", new Rate(1_000_000, 1_000_000)));
        var limits = new Limits(
                System::nanoTime, new RateLimitSpec(new Rate(1_000_000, 1_000_000), true, List.copyOf(endpoints)));
        String[] clients = new String[1000];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = "10.0." + i / 256 + "." + i % 256;
        }
        for (int round = 0; round < ROUNDS; round++) {
            double bucket = nanos(_ -> alone.tryConsumeAndReturnRemaining(1).isConsumed());
            double one = nanos(_ -> limits.ask("GET", STATUS, "token ci").allowed());
            double many = nanos(
                    i -> limits.ask("GET", STATUS, clients[i % clients.length]).allowed());
            double endpoint = nanos(_ -> limits.ask("POST", RESTART, "token ci").allowed());
            System.out.println(String.format(
                    Locale.ROOT,
                    "Bucket4j alone %.0f ns, one client %.0f ns, 1,000 clients %.0f ns, endpoint %.0f ns",
                    bucket,
                    one,
                    many,
                    endpoint));
        }
    }
}
