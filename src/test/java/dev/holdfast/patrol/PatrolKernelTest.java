package dev.holdfast.patrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.Loaded;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Finding.Kind;
import dev.holdfast.linux.Census;
import dev.holdfast.testkernel.OnPlainKernel;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a build host does not offer: pids that come round, pressure, processes that cannot be ended. */
@OnPlainKernel
@Timeout(600)
class PatrolKernelTest {
    private static final Path PROC = Path.of("/proc");
    private static final Duration SOON = Duration.ofMinutes(3);

    @TempDir
    Path dir;

    private final List<Finding> told = new CopyOnWriteArrayList<>();
    private final List<String> warned = new CopyOnWriteArrayList<>();
    private volatile boolean over;
    private Thread thread = new Thread();

    @AfterEach
    void end() throws InterruptedException {
        over = true;
        thread.join(60_000);
    }

    private void patrol(String rules) throws IOException {
        Path file = dir.resolve("g.yaml");
        Files.writeString(file, "version: 1\nguard:\n  " + rules.strip().replace("\n", "\n  ") + "\n");
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        GuardSpec spec = Objects.requireNonNull(((Loaded.Sound) loaded).config().guard());
        var patrol = new Patrol(
                spec,
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
                    public void warn(String what) {
                        warned.add(what);
                    }
                });
        thread = Thread.ofPlatform().start(() -> {
            try (patrol) {
                patrol.listen();
                patrol.run(() -> over);
            }
        });
    }

    private List<Kind> kinds() {
        return told.stream().map(Finding::kind).toList();
    }

    /** Victims and innocents take turns at the same few hundred numbers. */
    @Test
    void whoGetsTheNumberOfAVictimIsNeverTouched() throws Exception {
        Path most = PROC.resolve("sys/kernel/pid_max");
        Files.writeString(most, "700");
        try {
            // A parent that reports each innocent that did not end of its own accord, and the pids it had.
            Process nursery = new ProcessBuilder("/usr/bin/perl", "-e", """
                            $| = 1;
                            my $until = time + 60;
                            my ($n, $wrong, %live) = (0, 0);
                            while (time < $until) {
                                while (keys %live < 20) {
                                    my $p = fork();
                                    last unless defined $p;
                                    if ($p == 0) { select(undef, undef, undef, rand(0.15)); exit 7 }
                                    $live{$p} = 1; $n++; print "$p\\n";
                                }
                                my $p = wait;
                                $wrong++ if $live{$p} && $? != 7 << 8;
                                delete $live{$p};
                            }
                            while ((my $p = wait) > 0) { $wrong++ if $? != 7 << 8 }
                            print "wrong $wrong of $n\\n";
                            """, "innocent")
                    .redirectOutput(dir.resolve("innocents").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            // Victims last between nothing and long enough to be ended; half ignore TERM.
            Process mother = new ProcessBuilder("/usr/bin/perl", "-e", """
                            my $until = time + 60;
                            my %live;
                            while (time < $until) {
                                while (keys %live < 10) {
                                    my $p = fork();
                                    last unless defined $p;
                                    if ($p == 0) {
                                        exec('/usr/bin/perl', '-e', '$SIG{TERM} = "IGNORE" if rand() < 0.5; select(undef, undef, undef, rand(0.6))', 'hfvictim');
                                    }
                                    $live{$p} = 1;
                                }
                                delete $live{wait()};
                            }
                            while (wait > 0) {}
                            """, "mother")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            patrol("""
                    interval: 200ms
                    rules:
                      victims: {match: {command: "hfvictim$", exclude: "mother"}, any: [{runtime: "> 100ms"}], action: kill, grace: 200ms}
                    """);
            assertThat(nursery.waitFor()).isZero();
            mother.waitFor();
            List<String> innocents = Files.readAllLines(dir.resolve("innocents"));
            assertThat(innocents.getLast()).matches("wrong 0 of \\d+");
            Set<Integer> struck = new HashSet<>();
            told.stream()
                    .filter(f -> f.kind() == Kind.FIRED)
                    .forEach(f ->
                            struck.add(Objects.requireNonNull(f.suspect()).ref().pid()));
            long shared = innocents.stream()
                    .filter(l -> l.matches("\\d+"))
                    .filter(l -> struck.contains(Integer.parseInt(l)))
                    .count();
            System.out.println("pids: " + innocents.size() + " innocents, " + struck.size() + " numbers of victims, "
                    + shared + " innocents had the number of a victim");
            assertThat(struck).hasSizeGreaterThan(20);
            assertThat(shared).isGreaterThan(20);
        } finally {
            Files.writeString(most, "32768"); // what it had at boot is refused here
        }
    }

    /** The interval is an hour: only the kernel's word can have it look in time. */
    @Test
    void underPressureTheHogIsEndedAndItsNeighbourLives() throws Exception {
        Path group = Path.of("/sys/fs/cgroup/hfhog");
        Files.writeString(Path.of("/sys/fs/cgroup/cgroup.subtree_control"), "+memory");
        Files.createDirectories(group);
        Files.writeString(group.resolve("memory.high"), "60M");
        Process neighbour = new ProcessBuilder(
                        "/usr/bin/perl", "-e", "my $x = 'x' x (20 << 20); sleep 600", "hfpress neighbour")
                .start();
        Process hog = new ProcessBuilder("/usr/bin/perl", "-e", """
                        <STDIN>;
                        my @all;
                        while (1) { push @all, 'x' x (1 << 20); select(undef, undef, undef, 0.001) }
                        """, "hfpress hog").start();
        var took = new ArrayList<Long>();
        try {
            patrol("""
                    interval: 1h
                    rules:
                      pressure:
                        match: {command: "hfpress"}
                        total: [{pressure: "some > 100ms / 1s"}]
                        action: kill
                        signal: KILL
                    """);
            Files.writeString(group.resolve("cgroup.procs"), Long.toString(hog.pid()));
            long began = System.nanoTime();
            hog.getOutputStream().write('\n');
            hog.getOutputStream().flush();
            await().atMost(SOON).until(() -> !hog.isAlive());
            took.add((System.nanoTime() - began) / 1_000_000);
            await().atMost(SOON).untilAsserted(() -> assertThat(kinds()).contains(Kind.FIRED, Kind.ENDED));
            assertThat(warned).isEmpty();
            assertThat(neighbour.isAlive()).isTrue();
            assertThat(Objects.requireNonNull(told.getFirst().suspect()).ref().pid())
                    .isEqualTo((int) hog.pid());
            System.out.println("pressure: the hog was gone " + took + " ms after it began to grow; " + told.getLast());
        } finally {
            hog.destroyForcibly().waitFor();
            neighbour.destroyForcibly().waitFor();
        }
    }

    /** A writer to a frozen file system waits in the kernel, where no signal reaches it. */
    @Test
    void whatCannotBeEndedIsReportedAndNotWaitedFor() throws Exception {
        Path disk = Path.of("/dev/vda");
        Path at = Files.createDirectories(Path.of("/tmp/hfdisk"));
        assertThat(run("mkfs.ext4", "-q", "-F", disk.toString())).isZero();
        assertThat(run("mount", disk.toString(), at.toString())).isZero();
        Process writer = null;
        try {
            assertThat(run("fsfreeze", "-f", at.toString())).isZero();
            writer = new ProcessBuilder(
                            "/usr/bin/perl",
                            "-e",
                            "open(F, '>', '" + at + "/x'); print F 'x'; close F; sleep 600",
                            "hfstuck")
                    .start();
            Process stuck = writer;
            patrol("""
                    interval: 500ms
                    rules:
                      stuck: {match: {command: hfstuck}, any: [{runtime: "> 1s"}], action: kill, grace: 1s}
                    """);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(kinds()).containsExactly(Kind.FIRED, Kind.ESCALATED, Kind.STAYS));
            assertThat(told.getLast().deed()).contains("uninterruptible");
            assertThat(stuck.isAlive()).isTrue();
            assertThat(run("fsfreeze", "-u", at.toString())).isZero();
            await().atMost(SOON).untilAsserted(() -> assertThat(kinds()).endsWith(Kind.ENDED));
        } finally {
            run("fsfreeze", "-u", at.toString());
            if (writer != null) {
                writer.destroyForcibly().waitFor();
            }
            run("umount", at.toString());
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
