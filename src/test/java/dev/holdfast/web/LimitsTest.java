package dev.holdfast.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.RateLimitSpec;
import dev.holdfast.config.RateLimitSpec.Endpoint;
import dev.holdfast.config.RateLimitSpec.Rate;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How often a client may ask. */
class LimitsTest {
    private static final long SECOND = 1_000_000_000;
    private static final List<String> STATUS = List.of("api", "v1", "status");
    private static final List<String> RESTART = List.of("api", "v1", "processes", "web/0", "restart");

    private final AtomicLong clock = new AtomicLong();

    private Limits limits(boolean perClient) {
        return new Limits(
                clock::get,
                new RateLimitSpec(
                        new Rate(10, 20),
                        perClient,
                        List.of(new Endpoint("POST", "/api/v1/processes/{name}/restart", new Rate(1, 5)))));
    }

    private static int granted(Limits limits, String method, List<String> path, String client, int asked) {
        int granted = 0;
        for (int i = 0; i < asked; i++) {
            granted += limits.ask(method, path, client).allowed() ? 1 : 0;
        }
        return granted;
    }

    @Test
    void aBurstAtOnceThenTheRate() {
        Limits limits = limits(true);
        assertThat(granted(limits, "GET", STATUS, "a", 100)).isEqualTo(20);
        clock.addAndGet(SECOND);
        assertThat(granted(limits, "GET", STATUS, "a", 100)).isEqualTo(10);
        clock.addAndGet(100 * SECOND);
        assertThat(granted(limits, "GET", STATUS, "a", 100)).isEqualTo(20);
        assertThat(limits.counts()).isEqualTo(new Limits.Counts(50, 250, 0, 0, 0, 0));
    }

    @Test
    void whoIsRefusedIsToldWhen() {
        Limits limits = limits(true);
        granted(limits, "POST", RESTART, "a", 5);
        Limits.Verdict verdict = limits.ask("POST", RESTART, "a");
        assertThat(verdict.allowed()).isFalse();
        assertThat(verdict.waitSeconds()).isEqualTo(1);
        assertThat(verdict.burst()).isEqualTo(5);
        assertThat(verdict.windowSeconds()).isEqualTo(5);
        assertThat(verdict.remaining()).isZero();
    }

    @Test
    void anEndpointHasItsOwnAndSparesTheRest() {
        Limits limits = limits(true);
        assertThat(granted(limits, "POST", RESTART, "a", 20)).isEqualTo(5);
        assertThat(granted(limits, "GET", RESTART, "a", 100)).isEqualTo(20);
        assertThat(granted(limits, "POST", List.of("api", "v1", "processes", "web", "stop"), "b", 100))
                .isEqualTo(20);
    }

    @Test
    void aHeadCountsAsTheGetItIs() {
        Limits limits = new Limits(
                clock::get,
                new RateLimitSpec(
                        new Rate(10, 20), true, List.of(new Endpoint("GET", "/api/v1/status", new Rate(1, 5)))));
        assertThat(granted(limits, "HEAD", STATUS, "a", 100)).isEqualTo(5);
        assertThat(granted(limits, "GET", STATUS, "a", 100)).isZero();
    }

    @Test
    void oneClientIsNotInTheWayOfAnotherUnlessAllShare() {
        Limits each = limits(true);
        granted(each, "GET", STATUS, "a", 100);
        assertThat(granted(each, "GET", STATUS, "b", 100)).isEqualTo(20);
        Limits shared = limits(false);
        granted(shared, "GET", STATUS, "a", 100);
        assertThat(granted(shared, "GET", STATUS, "b", 100)).isZero();
    }

    @Test
    void aNetworkOfIpv6IsOneClient() throws Exception {
        String one = Limits.address(InetAddress.ofLiteral("2001:db8:1:2::1"));
        assertThat(Limits.address(InetAddress.ofLiteral("2001:db8:1:2:ffff:ffff:ffff:ffff")))
                .isEqualTo(one);
        assertThat(Limits.address(InetAddress.ofLiteral("2001:db8:1:3::1"))).isNotEqualTo(one);
        assertThat(Limits.address(InetAddress.ofLiteral("::ffff:192.0.2.1"))).isEqualTo("192.0.2.1");
    }

    @Test
    void aMillionAddressesCostABoundedNumberOfBuckets() {
        Limits limits = limits(true);
        granted(limits, "GET", STATUS, "loud", 100);
        for (int i = 0; i < 1_000_000; i++) {
            String client = (i >>> 16) + "." + (i & 0xffff);
            limits.ask("GET", STATUS, client);
            limits.failed(client);
            if (i % 1000 == 0) {
                assertThat(limits.ask("GET", STATUS, "loud").allowed())
                        .as("who asks on stays known")
                        .isFalse();
            }
        }
        assertThat(limits.kept()).isLessThanOrEqualTo(2 * Limits.MOST_CLIENTS);
        assertThat(limits.counts().errors()).isZero();
    }

    @Test
    void whatIsFullAgainGoesBeforeWhatIsNot() {
        Buckets<Integer> buckets = new Buckets<>(clock::get, 16 * 4);
        var slow = Buckets.filling(1, 5);
        buckets.of(0, slow).tryConsume(5); // all of one stripe
        buckets.of(16, slow).tryConsume(1);
        buckets.of(32, slow);
        buckets.of(48, slow).tryConsume(5);
        clock.addAndGet(2 * SECOND);
        buckets.of(64, slow);
        assertThat(buckets.known(16)).as("full again").isNull();
        assertThat(buckets.known(0)).as("the oldest, but not full").isNotNull();
    }

    @Test
    void aBugInHereLetsPassAndIsCounted() {
        Limits limits = new Limits(
                () -> {
                    throw new IllegalStateException("no clock");
                },
                RateLimitSpec.DEFAULT);
        assertThat(limits.ask("GET", STATUS, "a").allowed()).isTrue();
        limits.failed("a");
        assertThat(limits.mayTry("a").allowed()).isTrue();
        assertThat(limits.counts().errors()).isEqualTo(2);
        assertThat(limits.counts().allowed()).isZero();
    }

    @Test
    void afterTooManyTokensThatAreNoneNoneIsLookedAt() {
        Limits limits = limits(true);
        for (int i = 0; i < 30; i++) {
            assertThat(limits.mayTry("a").allowed()).isTrue();
            limits.failed("a");
        }
        assertThat(limits.mayTry("a").allowed()).isFalse();
        assertThat(limits.mayTry("b").allowed()).isTrue();
        assertThat(limits.counts().guesses()).isEqualTo(1);
        assertThat(limits.counts().wrongToken()).isEqualTo(30);
        clock.addAndGet(SECOND);
        assertThat(limits.mayTry("a").allowed()).isTrue();
    }

    @Test
    void aReloadThatChangesNothingFillsNobodysBucket() {
        Limits limits = limits(true);
        granted(limits, "GET", STATUS, "a", 100);
        limits.configure(new RateLimitSpec(
                new Rate(10, 20),
                true,
                List.of(new Endpoint("POST", "/api/v1/processes/{name}/restart", new Rate(1, 5)))));
        assertThat(granted(limits, "GET", STATUS, "a", 1)).isZero();
        limits.configure(new RateLimitSpec(new Rate(1, 1), true, List.of()));
        assertThat(granted(limits, "GET", STATUS, "a", 9)).isEqualTo(1);
    }
}
