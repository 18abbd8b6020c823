package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.event.ProcessRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real trees of this host. */
@Tag("process")
@Timeout(120)
class TreesTest {
    private static final Path PROC = Path.of("/proc");
    private static final String VARIABLE = "HOLDFAST_TREES_TEST";

    private final Trees trees = new Trees(PROC, (int) ProcessHandle.current().pid(), TreesTest::marked);
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        trees.close();
        for (Process p : started) {
            p.descendants().forEach(ProcessHandle::destroyForcibly);
            p.destroyForcibly();
        }
    }

    @Test
    void countsWhatLeftItsSessionAndWhatLostItsParent() throws IOException {
        Process leader = bash("one", "setsid sleep 1000 & (setsid sh -c 'sleep 1000; :' &) ; wait");
        Trees.Tree tree = trees.add("one", ref(leader));
        Trees.Tree other = trees.add("two", ref(bash("two", "sleep 1000; :")));
        // bash, its sleep, the orphaned sh and its sleep.
        await().until(() -> tasks(tree) == 4 && tasks(other) == 2);
        assertThat(tree.rssBytes()).isBetween(1L << 20, 100L << 20);
        trees.remove(tree);
        assertThat(tasks(other)).isEqualTo(2);
        // What was its environment's is found and ended here: nobody else knows the orphan.
        for (int pid : new Proc(PROC).pids()) {
            if (new Proc(PROC).environment(pid, VARIABLE).filter("one"::equals).isPresent()) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    @Test
    void countsThreadsAndForgetsWhatHasEnded() throws IOException {
        Process leader = bash("threads", "sleep 1000 & p=$!; sleep 1000 & read -r; kill $p; wait $p; read -r; :");
        Trees.Tree tree = trees.add("threads", ref(leader));
        await().until(() -> tasks(tree) == 3);
        assertThat(tree.grown()).isFalse();
        leader.getOutputStream().write('\n');
        leader.getOutputStream().flush();
        await().until(() -> tasks(tree) == 2);
        var threads = new Trees(PROC, 1, TreesTest::marked);
        try (threads) {
            Trees.Tree jvm = threads.add("jvm", ref(ProcessHandle.current().pid()));
            threads.discover(1);
            threads.look(jvm);
            assertThat(jvm.tasks()).isGreaterThan(Thread.activeCount());
        }
    }

    @Test
    void countsPagesThatSeveralShareOnceWhenAskedForThat() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/smaps_rollup")), "Linux before 4.14");
        Process leader =
                bash("sharing", "a=$(printf %041943040d 0); for i in 1 2 3 4; do (sleep 1000; :) & done; wait");
        Trees.Tree tree = trees.add("sharing", ref(leader));
        await().until(() -> tasks(tree) == 9 && tree.rssBytes() > 150L << 20);
        assertThat(trees.pssBytes(tree)).isBetween(35L << 20, 100L << 20);
    }

    @Test
    void looksAgainAtNumbersThatWereGivenSince() throws IOException {
        Process leader = bash("again", "read -r; sleep 1000; :");
        Trees.Tree tree = trees.add("again", ref(leader));
        trees.discover(lastPid());
        trees.look(tree);
        leader.getOutputStream().write('\n');
        leader.getOutputStream().flush();
        await().until(() -> {
            trees.discover(lastPid());
            return tree.grown();
        });
        trees.look(tree);
        assertThat(tree.tasks()).isEqualTo(2);
    }

    @Test
    void findsWhatALeaderHadMadeBeforeItWasHeardOf() throws IOException {
        trees.add("other", ref(bash("other", "sleep 1000; :")));
        Process leader = bash("late", "setsid sleep 1000 & sleep 1000");
        await().until(() -> leader.descendants().count() == 2);
        trees.discover(lastPid());
        Trees.Tree tree = trees.add("late", ref(leader));
        trees.discover(lastPid());
        trees.look(tree);
        assertThat(tree.tasks()).isEqualTo(3);
    }

    private static Optional<String> marked(Proc proc, int pid, int parent) throws Errno {
        return proc.environment(pid, VARIABLE);
    }

    private long tasks(Trees.Tree tree) throws IOException {
        trees.discover(lastPid());
        trees.look(tree);
        return tree.tasks();
    }

    private static int lastPid() throws IOException {
        try (var pulse = new Pulse(PROC)) {
            pulse.beat();
            assertThat(pulse.totalBytes()).isGreaterThan(pulse.availableBytes());
            assertThat(pulse.availableBytes()).isPositive();
            String text = Files.readString(PROC.resolve("loadavg")).strip();
            assertThat(pulse.lastPid())
                    .isLessThanOrEqualTo(Integer.parseInt(text.substring(text.lastIndexOf(' ') + 1)));
            return pulse.lastPid();
        }
    }

    private Process bash(String id, String script) throws IOException {
        var builder = new ProcessBuilder("setsid", "bash", "-c", script);
        builder.environment().put(VARIABLE, id);
        Process p = builder.start();
        started.add(p);
        return p;
    }

    private static ProcessRef ref(Process leader) throws Errno {
        return ref(leader.pid());
    }

    private static ProcessRef ref(long pid) throws Errno {
        return new Proc(PROC).stat((int) pid).orElseThrow().ref();
    }
}
