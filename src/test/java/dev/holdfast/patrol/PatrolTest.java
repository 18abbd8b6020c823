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
import dev.holdfast.linux.Census;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.OwnMemory;
import dev.holdfast.linux.Syscall;
import dev.holdfast.testbed.Pids;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guard on real processes; rules match only what bears this test's mark. */
@Tag("process")
@Timeout(120)
class PatrolTest {
    private static final int PR_SET_CHILD_SUBREAPER = 36;

    private static final Path PROC = Path.of("/proc");
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path dir;

    private final String mark = "hfmark" + System.nanoTime();
    private final List<Process> started = new ArrayList<>();
    private final List<Finding> told = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile String leader = "-";
    private volatile boolean over;
    private Thread thread = new Thread();

    /** Tests of launchers make this JVM one to which orphans fall. */
    @BeforeEach
    void letOrphansFallToInit() {
        Syscall.PRCTL.call(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0, 0);
    }

    @BeforeEach
    void perlIsThere() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "perl plays the programs");
    }

    @AfterEach
    void end() throws InterruptedException {
        over = true;
        thread.join(10_000);
        started.forEach(p -> {
            p.descendants().forEach(ProcessHandle::destroyForcibly);
            p.destroyForcibly();
        });
    }

    private Process perl(String script, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("/usr/bin/perl", "-e", script, mark));
        command.addAll(List.of(arguments));
        Process p = new ProcessBuilder(command)
                .redirectError(dir.resolve("err").toFile())
                .start();
        started.add(p);
        return p;
    }

    private static int line(Process p) throws IOException {
        var text = new StringBuilder();
        for (int c = p.getInputStream().read();
                c > 0 && c != '\n';
                c = p.getInputStream().read()) {
            text.append((char) c);
        }
        return Integer.parseInt(text.toString());
    }

    private GuardSpec spec(String yaml) throws IOException {
        Path file = dir.resolve("g.yaml");
        Files.writeString(
                file,
                "version: 1\nprocesses: {web: {command: [x]}}\nguard:\n  interval: 200ms\n  "
                        + yaml.replace("MARK", mark).strip().replace("\n", "\n  ") + "\n",
                StandardCharsets.UTF_8);
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        return Objects.requireNonNull(((Loaded.Sound) loaded).config().guard());
    }

    private void patrol(String yaml) throws IOException {
        patrol(spec(yaml));
    }

    private void patrol(GuardSpec spec) throws IOException {
        Patrol patrol = patrol(spec, PROC);
        thread = Thread.ofPlatform().start(() -> {
            try (patrol) {
                patrol.listen();
                patrol.run(() -> over);
            }
        });
    }

    private Patrol patrol(GuardSpec spec, Path proc) throws IOException {
        return patrol(spec, proc, () -> new Now(Instant.now(), new MonoTime(System.nanoTime())));
    }

    private Patrol patrol(GuardSpec spec, Path proc, Supplier<Now> clock) throws IOException {
        return new Patrol(
                spec,
                new Patrol.Post(
                        proc,
                        dir,
                        (int) ProcessHandle.current().pid(),
                        Census.budget(proc),
                        id -> id.equals("i1") || id.equals(leader) ? "web/0" : ""),
                clock,
                new Effects() {
                    @Override
                    public void tell(Finding finding) {
                        told.add(finding);
                    }

                    @Override
                    public void supervise(boolean restart, List<String> names, Finding finding) {
                        asked.add((restart ? "restart " : "stop ") + names);
                    }

                    @Override
                    public void exec(Deed.Exec exec, Finding finding) {
                        asked.add("exec " + exec.command().argv());
                    }

                    @Override
                    public void warn(String what) {}
                });
    }

    private List<Kind> kinds() {
        return told.stream().map(Finding::kind).toList();
    }

    @Test
    void endsWhatBurnsWithItsTreeAndSparesWhatRests() throws IOException {
        Process busy = perl("if (fork() == 0) { sleep 100 } $| = 1; print \"1\\n\"; while (1) {}");
        Process calm = perl("print \"1\\n\"; close STDOUT; sleep 100");
        line(busy);
        line(calm);
        long child = busy.descendants().findFirst().orElseThrow().pid();
        patrol("rules: {burn: {match: {command: MARK}, any: [{cpu: '> 4%', for: 1s}], action: kill, grace: 2s}}");
        await().atMost(SOON).until(() -> !busy.isAlive());
        await().atMost(SOON).untilAsserted(() -> assertThat(kinds()).containsExactly(Kind.FIRED, Kind.ENDED));
        await().atMost(SOON).until(() -> Pids.ended(child));
        assertThat(calm.isAlive()).isTrue();
        assertThat(told.getFirst().why()).startsWith("cpu > 4% for 1s (");
        assertThat(told.getFirst().evidence()).isNotEmpty();
    }

    @Test
    void killsWhatIgnoresTermAfterItsGrace() throws IOException {
        Process deaf = perl("$SIG{TERM} = 'IGNORE'; print \"1\\n\"; close STDOUT; sleep 100 while 1");
        line(deaf);
        patrol("rules: {old: {match: {command: MARK}, any: [{runtime: '> 1s'}], action: kill, grace: 500ms}}");
        await().atMost(SOON).until(() -> !deaf.isAlive());
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(kinds()).containsExactly(Kind.FIRED, Kind.ESCALATED, Kind.ENDED));
    }

    @Test
    void whereRulesAreAboutTheHostsMemoryOurOwnStays() throws IOException {
        assumeTrue(heldBytes() == 0, "somebody else holds it");
        try {
            OwnMemory.hold();
        } catch (Errno e) {
            assumeTrue(false, "it may not be held here: " + e.getMessage());
        }
        OwnMemory.release();
        assertThat(heldBytes()).isZero();
        Process bystander = perl("print \"1\\n\"; close STDOUT; sleep 100");
        line(bystander);
        long began = System.nanoTime();
        Patrol patrol = patrol(
                spec("rules: {short: {match: {command: MARK}, total: [{available: '< 1Mi'}], action: kill}}"),
                PROC,
                () -> new Now(Instant.now(), new MonoTime(began + 100 * (System.nanoTime() - began))));
        thread = Thread.ofPlatform().start(() -> {
            try (patrol) {
                patrol.run(() -> over);
            }
        });
        await().atMost(SOON).until(() -> heldBytes() > 0);
        assertThat(told).as("rehearsed, and nobody heard or felt it").isEmpty();
        assertThat(bystander.isAlive()).isTrue();
        over = true;
        await().atMost(SOON).until(() -> heldBytes() == 0);
    }

    private static long heldBytes() throws IOException {
        String line = Files.readAllLines(PROC.resolve("self/status")).stream()
                .filter(l -> l.startsWith("VmLck:"))
                .findFirst()
                .orElse("VmLck: 0 kB");
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }

    @Test
    void aProgramThatRetitlesItselfIsMatchedByItsNewTitle() throws IOException {
        Process pool = perl(
                "$0 = \"master of $ARGV[0]\"; $| = 1; print \"1\\n\"; <STDIN>; $0 = \"pool of $ARGV[0]\"; sleep 100",
                mark);
        line(pool);
        patrol("rules: {pool: {match: {command: 'pool of MARK'}, any: [{runtime: '> 1s'}], action: kill}}");
        await().pollDelay(Duration.ofSeconds(2)).atMost(SOON).until(pool::isAlive);
        assertThat(told).isEmpty();
        pool.getOutputStream().write('\n');
        pool.getOutputStream().flush();
        await().atMost(SOON).until(() -> !pool.isAlive());
    }

    @Test
    void theLargestOfAllTogetherGoesAndTheOthersStay() throws IOException {
        Process small = perl("my $x = 'x' x (20 << 20); $| = 1; print \"1\\n\"; sleep 100");
        Process large = perl("my $x = 'x' x (90 << 20); $| = 1; print \"1\\n\"; sleep 100");
        line(small);
        line(large);
        patrol("rules: {sum: {match: {command: MARK}, total: [{memory: '> 100Mi', for: 500ms}], action: kill}}");
        await().atMost(SOON).until(() -> !large.isAlive());
        await().atMost(SOON).untilAsserted(() -> assertThat(kinds()).contains(Kind.ENDED));
        assertThat(small.isAlive()).isTrue();
    }

    /** The interval is an hour, and no kernel tells of it. */
    @Test
    void memoryThatIsAvailableIsLookedAtBetweenLooks() throws Exception {
        var available = new dev.holdfast.linux.Pulse(PROC);
        available.beat();
        long bound = available.availableBytes() - (700L << 20);
        available.close();
        assumeTrue(bound > 1L << 30, "too little memory is left here");
        Process hog = perl("my $x; $| = 1; print \"1\\n\"; <STDIN>; vec($x, $_ << 20, 8) = 1 for 1 .. 1200; sleep 100");
        line(hog);
        GuardSpec spec = spec("rules: {low: {match: {command: MARK}, total: [{available: '< " + (bound >> 20)
                + "Mi'}], action: kill, signal: KILL}}");
        patrol(new GuardSpec(Duration.ofHours(1), false, List.of(), spec.rules(), null, null));
        await().pollDelay(Duration.ofSeconds(2)).atMost(SOON).until(hog::isAlive);
        hog.getOutputStream().write('\n');
        hog.getOutputStream().flush();
        await().atMost(SOON).until(() -> !hog.isAlive());
    }

    @Test
    void aDryRunTouchesNobody() throws IOException {
        Process old = perl("$| = 1; print \"1\\n\"; sleep 100");
        line(old);
        patrol("dry_run: true\nrules: {old: {match: {command: MARK}, any: [{runtime: '> 1s'}], action: kill}}");
        await().atMost(SOON).untilAsserted(() -> assertThat(kinds()).containsExactly(Kind.FIRED));
        assertThat(told.getFirst().dry()).isTrue();
        assertThat(old.isAlive()).isTrue();
    }

    @Test
    void whatBelongsToAProcessOfOursIsRestartedBySupervision() throws IOException {
        var builder = new ProcessBuilder(
                "/usr/bin/perl",
                "-e",
                "if (fork() == 0) { delete $ENV{HOLDFAST_INSTANCE}; exec 'sleep', '100' } sleep 100",
                mark);
        builder.environment().put("HOLDFAST_INSTANCE", "i1");
        Process ours = builder.start();
        started.add(ours);
        patrol("""
                rules:
                  again: {match: {command: MARK, managed: true}, any: [{runtime: "> 1s"}], action: restart}
                  stray: {match: {command: MARK, managed: false}, any: [{runtime: "> 1s"}], action: kill}
                """);
        await().atMost(SOON).untilAsserted(() -> assertThat(asked).containsExactly("restart [web/0]"));
        assertThat(ours.isAlive()).isTrue();
    }

    @Test
    void whatWasLaunchedIsManagedWhateverItsEnvironmentSays() throws IOException {
        Process ours = perl("$| = 1; print \"1\\n\"; sleep 100");
        line(ours);
        String[] stat = Files.readString(PROC.resolve(ours.pid() + "/stat"))
                .replaceFirst(".*\\) ", "")
                .split(" ", -1);
        leader = ours.pid() + ":" + stat[19];
        var self = perl("$| = 1; print \"1\\n\"; sleep 100"); // a child of this daemon, as far as that can tell
        line(self);
        patrol("""
                rules:
                  again: {match: {command: MARK, managed: true}, any: [{runtime: "> 1s"}], action: restart}
                  stray: {match: {command: MARK, managed: false}, any: [{runtime: "> 1s"}], action: kill}
                """);
        await().atMost(SOON).untilAsserted(() -> assertThat(asked).contains("restart [web/0]"));
        assertThat(ours.isAlive()).isTrue();
        assertThat(self.isAlive()).isTrue();
    }

    @Test
    void aZombiesParentIsToldAndWhoHeedsItLives() throws IOException {
        Process heeds = perl("$SIG{CHLD} = sub { wait }; $| = 1; if (my $p = fork()) { print \"$p\\n\"; my $n = 0;"
                + " select(undef, undef, undef, 0.1) while 1 } else { exit }");
        int child = line(heeds);
        Process deaf = perl("$| = 1; if (my $p = fork()) { print \"$p\\n\"; sleep 100 while 1 } else { exit }");
        int zombie = line(deaf);
        Process older = perl("$| = 1; if (my $p = fork()) { print \"$p\\n\"; sleep 100 while 1 } else { exit }");
        line(older);
        assertThat(child).isPositive();
        var scan = new Scan(PROC, dir, () -> new Now(Instant.now(), new MonoTime(System.nanoTime())));
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(scan.zombies()).anyMatch(z -> z.pid() == zombie && z.parent() == deaf.pid()));
        patrol("zombies: {every: 500ms, older_than: 500ms, action: log}");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(told)
                        .anyMatch(f -> f.why().startsWith("does not wait for 1 child")
                                && Objects.requireNonNull(f.suspect()).ref().pid() == deaf.pid()));
        assertThat(told)
                .noneMatch(f -> Objects.requireNonNull(f.suspect()).ref().pid() == heeds.pid());
    }

    @Test
    void orphansAreFoundAndServicesAreNot() throws IOException {
        // Double-forked: the session's leader is gone, and the middle one too. The first has a session of its own:
        // nobody knows whether the leader of the one that these tests run in still lives.
        Process first = perl("use POSIX; POSIX::setsid(); $| = 1; if (fork() == 0) { POSIX::setsid(); my $p = fork();"
                + " if ($p == 0) { close STDOUT; sleep 30; exit } print \"$p\\n\"; exit } wait; sleep 100");
        int orphan = line(first);
        try {
            await().atMost(SOON)
                    .until(() -> ProcessHandle.of(orphan)
                            .flatMap(ProcessHandle::parent)
                            .map(p -> p.pid() == 1)
                            .orElse(false));
            patrol("orphans: {match: {command: MARK}, older_than: 1s, action: kill, every: 500ms}");
            await().atMost(SOON).until(() -> Pids.ended(orphan));
            assertThat(first.isAlive()).isTrue();
        } finally {
            ProcessHandle.of(orphan).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** As pthread_exit(3) in main does, by exit(2) of one thread: the first thread is gone, the others burn on. */
    @Test
    void aSweepThatCouldLookAtNothingSaysSo() throws IOException {
        var heard = new ArrayList<String>();
        Path blind = Files.createDirectory(dir.resolve("proc"));
        Files.copy(PROC.resolve("meminfo"), blind.resolve("meminfo"));
        Files.copy(PROC.resolve("loadavg"), blind.resolve("loadavg"));
        Files.writeString(blind.resolve("1"), "no directory");
        try (Patrol patrol = patrol(spec("orphans: {match: {command: 'MARK'}, action: kill}"), blind)) {
            patrol.sweep("orphans", why -> heard.add(String.valueOf(why)));
            patrol.run(() -> !heard.isEmpty());
        }
        assertThat(heard).singleElement().asString().contains("proc").isNotEqualTo("null");
        heard.clear();
        try (Patrol patrol = patrol(spec("orphans: {match: {command: 'MARK'}, action: kill}"), PROC)) {
            patrol.sweep("orphans", why -> heard.add(String.valueOf(why)));
            patrol.run(() -> !heard.isEmpty());
        }
        assertThat(heard).containsExactly("null");
    }

    @Test
    void afterAReloadTheNextLookIsNotThatOfTheIntervalBefore() throws IOException {
        perl("sleep 1 while 1");
        GuardSpec s = spec("rules:\n  first: {match: {command: MARK}, any: [{runtime: '> 0s'}], action: log}");
        GuardSpec often = spec("rules:\n  second: {match: {command: MARK}, any: [{runtime: '> 0s'}], action: log}");
        Patrol patrol = patrol(
                new GuardSpec(Duration.ofHours(1), s.dryRun(), s.protect(), s.rules(), s.zombies(), s.orphans()), PROC);
        thread = Thread.ofPlatform().start(() -> {
            try (patrol) {
                patrol.run(() -> over);
            }
        });
        await().atMost(SOON).until(() -> told.stream().anyMatch(f -> f.rule().equals("first")));
        patrol.order(() -> patrol.reload(often));
        await().atMost(SOON).until(() -> told.stream().anyMatch(f -> f.rule().equals("second")));
        over = true;
        patrol.order(() -> {});
    }

    @Test
    void whoseFirstThreadHasEndedIsEndedAllTheSame() throws IOException {
        Path python = Path.of("/usr/bin/python3");
        assumeTrue(Files.isExecutable(python), "python3 plays a program with threads");
        Process p = new ProcessBuilder(python.toString(), "-c", """
                        import ctypes, platform, sys, threading, time
                        threading.Thread(target=lambda: [time.sleep(1) for _ in range(1000)]).start()
                        print(1, flush=True)
                        sys.stdin.readline()
                        ctypes.CDLL(None).syscall(93 if platform.machine() == "aarch64" else 60, 0)
                        """, mark).start();
        started.add(p);
        line(p);
        patrol("""
                rules:
                  seen: {match: {command: MARK}, total: [{count: ">= 1"}], action: log}
                  old: {match: {command: MARK}, any: [{runtime: "> 4s"}], action: kill}
                """);
        await().atMost(SOON)
                .until(() -> kinds().contains(Kind.FIRED)); // from now on it has no arguments that could be read
        p.getOutputStream().write('\n');
        p.getOutputStream().flush();
        Path stat = PROC.resolve(p.pid() + "/stat");
        await().atMost(SOON)
                .until(() -> !Files.exists(stat) || Files.readString(stat).contains(") Z "));
        assertThat(Files.exists(PROC.resolve(p.pid() + "/task"))).isTrue();
        await().atMost(SOON).until(() -> !p.isAlive());
        await().atMost(SOON).untilAsserted(() -> assertThat(kinds()).contains(Kind.ENDED));
    }

    @Test
    void aScanByHandHeedsTheDryRunOfTheGuard() throws IOException {
        Process first = perl("use POSIX; POSIX::setsid(); $| = 1; if (fork() == 0) { POSIX::setsid(); my $p = fork();"
                + " if ($p == 0) { close STDOUT; sleep 30; exit } print \"$p\\n\"; exit } wait; sleep 100");
        int orphan = line(first);
        try {
            var scan = new Scan(PROC, dir, () -> new Now(Instant.now(), new MonoTime(System.nanoTime())));
            GuardSpec dry = spec("dry_run: true\norphans: {match: {command: MARK}, older_than: 0s, action: kill}");
            GuardSpec.OrphanSpec orphans = Objects.requireNonNull(dry.orphans());
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(scan.orphans(orphans)).anyMatch(o -> o.pid() == orphan));
            scan.endOrphans(orphans, dry);
            assertThat(scan.findings())
                    .anyMatch(f -> Objects.equals(f.get("pid"), orphan) && Objects.equals(f.get("dry_run"), true));
            assertThat(ProcessHandle.of(orphan))
                    .matches(h -> h.isPresent() && h.get().isAlive());
            scan.endOrphans(orphans, spec("orphans: {match: {command: MARK}, older_than: 0s, action: kill}"));
            await().atMost(SOON).until(() -> Pids.ended(orphan));
        } finally {
            ProcessHandle.of(orphan).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void niceIsGivenToAllItsThreads() throws IOException {
        Process p = perl("$| = 1; print \"1\\n\"; sleep 100");
        line(p);
        patrol("rules: {nice: {match: {command: MARK}, any: [{runtime: '> 500ms'}], action: nice, nice: 7}}");
        await().atMost(SOON)
                .until(() -> Files.readString(PROC.resolve(p.pid() + "/stat"))
                        .replaceFirst(".*\\) ", "")
                        .split(" ", -1)[16]
                        .equals("7"));
    }
}
