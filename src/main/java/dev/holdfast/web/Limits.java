package dev.holdfast.web;

import dev.holdfast.config.RateLimitSpec;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * How often a client may ask: a token bucket for each client, or one for all, and apart from it for each endpoint that has a
 * limit of its own. A bug in here lets requests pass, and is counted: whoever wants to look must not be locked out by what
 * is there to protect him. Thread-safe.
 */
public final class Limits {
    /** Of all limits together: a few MiB. */
    static final int MOST_CLIENTS = 16_384;
    /** Attempts with a token that is none, of one address. */
    private static final BucketConfiguration FAILURES = Buckets.filling(1, 30);

    private static final long NANOS = 1_000_000_000;

    private final LongSupplier nanos;
    private final Buckets<String> failures;
    private final LongAdder allowed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder withoutToken = new LongAdder();
    private final LongAdder wrongToken = new LongAdder();
    private final LongAdder guesses = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private volatile Rules rules;

    /** @param nanos a clock that is never set */
    public Limits(LongSupplier nanos, RateLimitSpec spec) {
        this.nanos = nanos;
        this.failures = new Buckets<>(nanos, MOST_CLIENTS);
        this.rules = Rules.of(spec, nanos);
    }

    /**
     * What came of it so far.
     *
     * @param allowed requests
     * @param refused requests
     * @param errors requests let through for a bug in here
     * @param withoutToken requests that showed none, where one is needed
     * @param wrongToken requests that showed one that is none, or none any more
     * @param guesses requests that showed such a one after too many of them
     */
    public record Counts(long allowed, long refused, long errors, long withoutToken, long wrongToken, long guesses) {}

    /** What came of it where nobody asked yet. */
    public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

    /**
     * May it?
     *
     * @param burst of the limit that was asked
     * @param windowSeconds in which it fills up
     * @param remaining that may come at once now
     * @param waitNanos until one may come; 0 when it may now
     */
    public record Verdict(boolean allowed, long burst, long windowSeconds, long remaining, long waitNanos) {
        /** As Retry-After has it: 1 at least. */
        public long waitSeconds() {
            return Math.max(1, Math.ceilDiv(waitNanos, NANOS));
        }
    }

    private static final Verdict UNKNOWN = new Verdict(true, 0, 0, 0, 0);

    private record Key(int endpoint, String client) {}

    private record Rule(String method, List<String> path, Rated rate) {
        boolean is(String asked, List<String> segments) {
            if (!method.equals(asked) || path.size() != segments.size()) {
                return false;
            }
            for (int i = 0; i < path.size(); i++) {
                if (!path.get(i).startsWith("{") && !path.get(i).equals(segments.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    private record Rated(long burst, long windowSeconds, BucketConfiguration filling) {
        static Rated of(RateLimitSpec.Rate rate) {
            return new Rated(
                    rate.burst(),
                    Math.max(1, Math.ceilDiv(rate.burst(), rate.perSecond())),
                    Buckets.filling(rate.perSecond(), rate.burst()));
        }
    }

    private record Rules(RateLimitSpec spec, Rated general, List<Rule> endpoints, Buckets<Key> buckets) {
        static Rules of(RateLimitSpec spec, LongSupplier nanos) {
            var endpoints = new ArrayList<Rule>();
            for (RateLimitSpec.Endpoint e : spec.endpoints()) {
                endpoints.add(new Rule(e.method(), List.of(e.path().substring(1).split("/", -1)), Rated.of(e.rate())));
            }
            return new Rules(spec, Rated.of(spec.rate()), List.copyOf(endpoints), new Buckets<>(nanos, MOST_CLIENTS));
        }
    }

    /** Others from now on. Where they are the same, nobody's bucket is filled by it. */
    public void configure(RateLimitSpec spec) {
        if (!spec.equals(rules.spec)) {
            rules = Rules.of(spec, nanos);
        }
    }

    /** The client by its token. */
    static String token(String name) {
        return "token " + name;
    }

    /** The client by its address: of IPv6 the network, since whoever has one address there has 2^64. */
    static String address(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(address.getAddress(), 0, 8)
                : address.getHostAddress();
    }

    /**
     * Counts a request.
     *
     * @param segments of its path, decoded
     * @param client as told by {@link #token} or {@link #address}
     */
    Verdict ask(String method, List<String> segments, String client) {
        try {
            Verdict verdict = decide(method, segments, client);
            (verdict.allowed ? allowed : refused).increment();
            return verdict;
        } catch (RuntimeException bug) {
            errors.increment();
            return UNKNOWN;
        }
    }

    private Verdict decide(String method, List<String> segments, String client) {
        String asked = method.equals("HEAD") ? "GET" : method; // the same is done for it
        Rules now = rules;
        int endpoint = -1;
        Rated rated = now.general;
        for (int i = 0; i < now.endpoints.size(); i++) {
            if (now.endpoints.get(i).is(asked, segments)) {
                endpoint = i;
                rated = now.endpoints.get(i).rate;
                break;
            }
        }
        Bucket bucket = now.buckets.of(new Key(endpoint, now.spec.perClient() ? client : ""), rated.filling);
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        return new Verdict(
                probe.isConsumed(),
                rated.burst,
                rated.windowSeconds,
                probe.getRemainingTokens(),
                probe.getNanosToWaitForRefill());
    }

    /** Whether a token that comes from there is looked at: not after too many that were none. */
    Verdict mayTry(String client) {
        try {
            Bucket bucket = failures.known(client);
            if (bucket == null) {
                return UNKNOWN;
            }
            var probe = bucket.estimateAbilityToConsume(1);
            if (!probe.canBeConsumed()) {
                guesses.increment();
            }
            return new Verdict(
                    probe.canBeConsumed(), 30, 30, probe.getRemainingTokens(), probe.getNanosToWaitForRefill());
        } catch (RuntimeException bug) {
            errors.increment();
            return UNKNOWN;
        }
    }

    /** A token is needed, and none was shown. */
    void failedWithoutToken() {
        withoutToken.increment();
    }

    /** A token that came from there was none. */
    void failed(String client) {
        wrongToken.increment();
        try {
            failures.of(client, FAILURES).tryConsume(1);
        } catch (RuntimeException bug) {
            errors.increment();
        }
    }

    public Counts counts() {
        return new Counts(
                allowed.sum(), refused.sum(), errors.sum(), withoutToken.sum(), wrongToken.sum(), guesses.sum());
    }

    /** Clients that something is kept of. */
    int kept() {
        return rules.buckets.size() + failures.size();
    }
}
