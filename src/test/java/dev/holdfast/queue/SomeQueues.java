package dev.holdfast.queue;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.LaunchSpec;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.StopSpec;
import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Queues to be tested with, made out of the contract's. */
final class SomeQueues {
    /** The contract's. */
    static final QueueSpec DOWNLOADS = contract();

    private static final QueueSpec.When NETWORK = new QueueSpec.When("network", "(?i)timed out", null, List.of());
    private static final QueueSpec.When SIGNAL = new QueueSpec.When("process", null, "any", List.of());
    private static final QueueSpec.When OWN = new QueueSpec.When("mine", null, null, List.of(2, 3));
    private static final QueueSpec.When TIMEOUT = new QueueSpec.When("timeout", null, null, List.of());

    private SomeQueues() {}

    private static QueueSpec contract() {
        Loaded loaded = new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/media-bot.yaml"));
        return Objects.requireNonNull(((Loaded.Sound) loaded).config().queues().get("downloads"));
    }

    static SortedMap<String, QueueSpec> some(RandomGenerator random) {
        var specs = new TreeMap<String, QueueSpec>();
        int n = random.nextInt(1, 4);
        for (int i = 0; i < n; i++) {
            specs.put("q" + i, one("q" + i, random));
        }
        return specs;
    }

    private static QueueSpec one(String name, RandomGenerator random) {
        boolean directory = random.nextInt(4) != 0;
        List<String> argv =
                random.nextInt(3) == 0 ? List.of("run", "{url}") : List.of("run", "--id={id}", "--", "{url}");
        return of(
                name,
                argv,
                random.nextInt(1, 4),
                random.nextInt(3) == 0 ? "{url}" : null,
                random.nextInt(4) == 0 ? new Rate(random.nextInt(1, 4), Duration.ofSeconds(2)) : null,
                random.nextInt(3) == 0 ? null : Duration.ofMillis(random.nextInt(1_000, 20_000)),
                random.nextBoolean() ? null : Duration.ofMillis(random.nextInt(500, 8_000)),
                Duration.ofMillis(random.nextInt(200, 3_000)),
                directory ? DOWNLOADS.workdir() : null,
                directory && random.nextBoolean() ? DOWNLOADS.deliver() : null,
                new QueueSpec.RetrySpec(
                        random.nextInt(1, 5),
                        Duration.ofMillis(random.nextInt(50, 2_000)),
                        Duration.ofSeconds(5),
                        random.nextDouble(),
                        random.nextBoolean() ? List.of() : List.of(NETWORK, SIGNAL, OWN, TIMEOUT)),
                true);
    }

    static QueueSpec with(QueueSpec q, int concurrency, boolean enabled) {
        return of(
                q.name(),
                q.launch().command().argv(),
                concurrency,
                q.key(),
                q.rate(),
                q.timeout(),
                q.idleTimeout(),
                q.stop().timeout(),
                q.workdir(),
                q.deliver(),
                q.retry(),
                enabled);
    }

    static QueueSpec with(QueueSpec q, QueueSpec.RetrySpec retry) {
        return of(
                q.name(),
                q.launch().command().argv(),
                q.concurrency(),
                q.key(),
                q.rate(),
                q.timeout(),
                q.idleTimeout(),
                q.stop().timeout(),
                q.workdir(),
                q.deliver(),
                retry,
                q.enabled());
    }

    static QueueSpec of(
            String name,
            List<String> argv,
            int concurrency,
            @Nullable String key,
            @Nullable Rate rate,
            @Nullable Duration timeout,
            @Nullable Duration idle,
            Duration grace,
            QueueSpec.@Nullable WorkdirSpec workdir,
            QueueSpec.@Nullable DeliverSpec deliver,
            QueueSpec.RetrySpec retry,
            boolean enabled) {
        LaunchSpec l = DOWNLOADS.launch();
        var launch = new LaunchSpec(
                new CommandSpec(argv),
                l.workingDir(),
                l.user(),
                l.group(),
                l.umask(),
                l.environment(),
                l.cleanEnvironment(),
                l.passEnvironment(),
                l.nice(),
                l.ioClass(),
                l.ioPriority(),
                l.rlimits(),
                l.cpuAffinity(),
                l.oomScoreAdj(),
                l.sandbox());
        return new QueueSpec(
                name,
                launch,
                DOWNLOADS.payload(),
                concurrency,
                key,
                1,
                rate,
                DOWNLOADS.ageing(),
                timeout,
                idle,
                new StopSpec(Signal.TERM, grace, null),
                DOWNLOADS.resources(),
                workdir,
                deliver,
                retry,
                null,
                null,
                DOWNLOADS.onFailure(),
                null,
                0,
                DOWNLOADS.keep(),
                null,
                enabled,
                DOWNLOADS.log());
    }

    /** The same, for workers. */
    static QueueSpec pulled(QueueSpec q, QueueSpec.PullSpec pull) {
        return new QueueSpec(
                q.name(),
                q.launch(),
                q.payload(),
                q.concurrency(),
                q.key(),
                q.perKey(),
                q.rate(),
                q.ageing(),
                null,
                null,
                q.stop(),
                q.resources(),
                null,
                null,
                q.retry(),
                null,
                q.onSuccess(),
                q.onFailure(),
                q.alert(),
                q.maxLength(),
                q.keep(),
                pull,
                q.enabled(),
                q.log());
    }
}
