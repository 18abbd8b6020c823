package dev.holdfast.patrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.Loaded;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Finding.Kind;
import dev.holdfast.linux.BootClock;
import dev.holdfast.linux.Census;
import dev.holdfast.linux.Syscall;
import dev.holdfast.testbed.Pids;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes whose behaviour is known: each that a rule is about is ended in time, and nobody else. Half a minute with a
 * few; {@code -Dholdfast.guard.minutes=10} is the long run with 200 and windows five times as long.
 */
@Tag("process")
@Timeout(3600)
class WatchTest {
    private static final Path PROC = Path.of("/proc");
    private static final int MINUTES = Integer.getInteger("holdfast.guard.minutes", 0);
    /** Seconds that all times are multiples of. */
    private static final int UNIT = MINUTES > 0 ? 5 : 1;

    private static final int SCALE = MINUTES > 0 ? 5 : 1;
    /** What a busy machine may take for a look that is due, and a process for what it has begun; seconds. */
    private static final double LATE = MINUTES > 0 ? 2 : 30;

    /** What there is of each, in fifths; by which rule it is found, if by any, and how long after it began. */
    private enum Role {
        IDLE(6),
        UNDER(3),
        BURST_UNDER(3),
        OVER(3, "burn", 6),
        BURST_OVER(2, "burn", 6),
        LEAK(2, "leak", 3),
        LEAK_UNDER(2),
        SPIKE(2),
        WORKER_OK(3),
        WORKER_STUCK(2, "stuck", 8),
        NURSERY(1),
        SHORT_LONG(2, "old", 12),
        RETITLE(2, "old", 3), // of what rests the title is read at each fourth look
        RETITLE_AWAY(2),
        ORPHAN(2, "orphans", 4),
        SERVICE(1),
        ZOMBIE_PARENT(1, "zombies", 2),
        ZOMBIE_OK(1),
        VFORK(1, "old", 12);

        final int count;
        final String rule;
        final int window;

        Role(int count) {
            this(count, "", 0);
        }

        Role(int count, String rule, int window) {
            this.count = count;
            this.rule = rule;
            this.window = window;
        }

        String written() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** One of them. */
    private record Actor(String id, Role role, Process process) {}

    @TempDir
    private Path dir;

    private final String mark = "hfwatch" + System.nanoTime();
    private final List<Actor> actors = new ArrayList<>();
    private final List<Finding> told = new CopyOnWriteArrayList<>();
    private volatile boolean over;
    private volatile @Nullable Throwable failed;
    private @Nullable Patrol patrol;
    private boolean explained;
    private Thread thread = new Thread();

    @BeforeEach
    void letOrphansFallToInit() {
        Syscall.PRCTL.call(36, 0, 0, 0, 0, 0); // PR_SET_CHILD_SUBREAPER
    }

    @AfterEach
    void end() throws Exception {
        over = true;
        thread.join(10_000);
        for (Actor a : actors) {
            a.process.descendants().forEach(ProcessHandle::destroyForcibly);
            a.process.destroyForcibly();
            pid(a.id).flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
            begun(a.id).flatMap(b -> ProcessHandle.of(b.pid)).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private GuardSpec spec() throws IOException {
        Path file = dir.resolve("g.yaml");
        String rules = """
                version: 1
                guard:
                  interval: 1u
                  rules:
                    burn: {match: {command: "MARK"}, any: [{cpu: "> CPU%", for: 6u}], action: kill, grace: 2s}
                    leak: {match: {command: "MARK"}, any: [{memory: "> 40Mi", for: 3u}], action: kill, grace: 2s}
                    stuck: {match: {command: "MARK worker"}, any: [{cpu: "== 0%", for: 8u}], action: kill, grace: 2s}
                    old: {match: {command: "MARK short"}, any: [{runtime: "> 12u"}], action: kill, grace: 2s}
                  orphans: {match: {command: "MARK"}, older_than: 4u, action: kill, every: 1u}
                  zombies: {every: 1u, older_than: 2u, action: log}
                """.replace("MARK", mark)
                .replace("CPU", MINUTES > 0 ? "1" : "4"); // many burn in the long run, and must not starve each other
        Files.writeString(
                file,
                java.util.regex.Pattern.compile("(\\d+)u\\b")
                        .matcher(rules)
                        .replaceAll(m -> Integer.parseInt(m.group(1)) * UNIT + "s"));
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        return Objects.requireNonNull(((Loaded.Sound) loaded).config().guard());
    }

    private void watch() throws IOException {
        var patrol = new Patrol(
                spec(),
                new Patrol.Post(PROC, dir, (int) ProcessHandle.current().pid(), Census.budget(PROC), _ -> ""),
                () -> new Now(Instant.now(), new MonoTime(System.nanoTime())),
                new Effects() {
                    @Override
                    public void tell(Finding finding) {
                        told.add(finding);
                    }

                    @Override
                    public void supervise(boolean restart, List<String> names, Finding finding) {}

                    @Override
                    public void exec(Deed.Exec exec, Finding finding) {}

                    @Override
                    public void warn(String what) {}
                });
        thread = Thread.ofPlatform().start(() -> {
            try (patrol) {
                patrol.run(() -> over);
            } catch (Throwable t) {
                failed = t;
            }
        });
        this.patrol = patrol;
    }

    /** What the patrol sees of one, for whoever has to find out why it was not found. */
    private String seen(Actor a) {
        var text = new CompletableFuture<String>();
        Objects.requireNonNull(patrol)
                .order(() ->
                        text.complete(Objects.requireNonNull(patrol).views().toString()));
        try {
            Path stat = PROC.resolve(a.process.pid() + "/stat");
            return a.id + " " + begun(a.id) + " "
                    + (a.process.isAlive() ? Files.readString(stat).strip() : "ended with " + a.process.exitValue())
                    + "; wrote: " + Files.readString(dir.resolve(a.id + ".out")) + "; blind: "
                    + Objects.requireNonNull(patrol).blind() + "; told: " + told + "; rules: "
                    + text.get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            return a.id + ": " + e;
        }
    }

    private void act(Path script, Role role, int i, int delay) throws IOException {
        String id = role.written() + i;
        Process p = new ProcessBuilder(
                        "/usr/bin/perl",
                        script.toString(),
                        dir.toString(),
                        id,
                        mark,
                        role.written(),
                        Integer.toString(UNIT),
                        Integer.toString(delay))
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve(id + ".out").toFile())
                .start();
        actors.add(new Actor(id, role, p));
    }

    /** When it began to be what a rule is about, in seconds since the boot. */
    private record Begun(long pid, double at) {}

    private java.util.Optional<Begun> begun(String id) throws IOException {
        Path file = dir.resolve(id);
        if (!Files.exists(file)) {
            return java.util.Optional.empty();
        }
        String[] words = Files.readString(file).split(" ", -1);
        return java.util.Optional.of(new Begun(Long.parseLong(words[0]), Double.parseDouble(words[1])));
    }

    private java.util.Optional<Long> pid(String id) throws IOException {
        Path file = dir.resolve(id + ".pid");
        return Files.exists(file)
                ? java.util.Optional.of(Long.parseLong(Files.readString(file)))
                : java.util.Optional.empty();
    }

    @Test
    void everyoneWhomARuleIsAboutIsEndedInTimeAndNobodyElse() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "perl plays the programs");
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "vfork(2) has a number there");
        Path script = dir.resolve("actor.pl");
        try (InputStream from = Objects.requireNonNull(WatchTest.class.getResourceAsStream("actor.pl"))) {
            Files.copy(from, script);
        }
        long seed = System.nanoTime();
        var random = new Random(seed);
        int most = MINUTES > 0 ? MINUTES * 60 - 80 * UNIT / 5 : 4;
        for (Role role : Role.values()) {
            for (int i = 0; i < role.count * SCALE; i++) {
                act(script, role, i, 2 + random.nextInt(most));
            }
        }
        for (Actor a : actors) {
            await(a.id).atMost(Duration.ofMinutes(2)).until(() -> pid(a.id).isPresent());
        }
        double bootWall = Instant.now().toEpochMilli() / 1000.0 - new BootClock().nanos() / 1e9;
        double watched = new BootClock().nanos() / 1e9;
        watch();
        Instant until = Instant.now().plus(Duration.ofMinutes(MINUTES));
        // Whoever is due is found, however long that takes: how long it took is judged below.
        List<Actor> due = actors.stream().filter(a -> !a.role.rule.isEmpty()).toList();
        for (Actor a : due) {
            await(a.id + ", seed " + seed)
                    .atMost(Duration.ofMinutes(MINUTES + 2))
                    .failFast("the patrol ended", () -> assertThat(failed).isNull())
                    .conditionEvaluationListener(c -> {
                        if (!c.isSatisfied() && c.getRemainingTimeInMS() < 1000 && !explained) {
                            explained = true;
                            System.out.println(seen(a));
                        }
                    })
                    .until(() -> found(a) != null);
        }
        await().atMost(Duration.ofMinutes(MINUTES + 1))
                .until(() -> Instant.now().isAfter(until));
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            for (Actor a : due) {
                if (!a.role.rule.equals("zombies")) {
                    long pid = begun(a.id).orElseThrow().pid;
                    assertThat(Pids.ended(pid)).as(a.id).isTrue();
                }
            }
        });
        over = true;
        thread.join(60_000);

        var late = new TreeMap<String, Double>();
        for (Actor a : due) {
            Finding f = Objects.requireNonNull(found(a));
            double at = f.at().toEpochMilli() / 1000.0 - bootWall;
            double began = begun(a.id).orElseThrow().at;
            assertThat(at).as(a.id + " before it was due, seed " + seed).isGreaterThan(began - 0.1);
            // What is judged over a window is not judged before somebody has looked for so long.
            double from = a.role.rule.equals("burn") || a.role.rule.equals("stuck") ? Math.max(began, watched) : began;
            late.merge(a.role.written(), at - from - (double) a.role.window * UNIT, Math::max);
        }
        System.out.println("watch: " + actors.size() + " processes, " + due.size() + " due, " + kills()
                + " ended; latest after its window by seconds: "
                + late.entrySet().stream()
                        .map(e -> e.getKey() + String.format(Locale.ROOT, " %.2f", e.getValue()))
                        .collect(Collectors.joining(", ")));
        assertThat(late.values()).allMatch(l -> l <= UNIT + LATE);
        // Nobody else: neither found nor gone.
        Map<Long, Actor> known = due.stream().collect(Collectors.toMap(a -> subject(a), Function.identity()));
        assertThat(told.stream()
                        .filter(f -> f.kind() == Kind.FIRED && f.suspect() != null)
                        .filter(f ->
                                Objects.requireNonNull(f.suspect()).command().contains(mark))
                        .filter(f -> {
                            Actor a = known.get(
                                    (long) Objects.requireNonNull(f.suspect()).pid());
                            return a == null || !a.role.rule.equals(f.rule());
                        }))
                .as("seed %d", seed)
                .isEmpty();
        for (Actor a : actors) {
            if (a.role.rule.isEmpty()) {
                assertThat(a.process.isAlive()).as(a.id).isTrue();
                assertThat(ProcessHandle.of(pid(a.id).orElseThrow())).as(a.id).isPresent();
            }
            assertThat(dir.resolve(a.id + ".wrong")).doesNotExist();
        }
    }

    private long kills() {
        return told.stream().filter(f -> f.kind() == Kind.ENDED).count();
    }

    private long subject(Actor a) {
        try {
            return begun(a.id).orElseThrow().pid;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private @Nullable Finding found(Actor a) throws IOException {
        var b = begun(a.id);
        return b.isEmpty()
                ? null
                : told.stream()
                        .filter(f -> f.kind() == Kind.FIRED && f.rule().equals(a.role.rule))
                        .filter(f -> f.suspect() != null
                                && Objects.requireNonNull(f.suspect()).pid() == b.get().pid)
                        .findFirst()
                        .orElse(null);
    }
}
