package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Proc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a process is, by a /proc that says anything. */
class TreeScanTest {
    private static final int LEADER = 500;
    private static final long STARTED = 1000;

    @TempDir
    private Path proc;

    private final Instance one = new Instance(
            new InstanceId("00112233445566778899aabbccddeeff"),
            "test",
            Map.of(),
            "dir",
            false,
            new ProcessRef(LEADER, STARTED),
            null,
            null);

    @Test
    void theSessionOfALeaderThatIsThereIsItsOwn() throws IOException {
        process(LEADER, 1, LEADER, "");
        process(501, LEADER, LEADER, "");
        assertThat(found()).containsExactlyInAnyOrder(LEADER, 501);
    }

    @Test
    void theSessionOfALeaderWhoseEndWasSeenIsItsOwnUntilItIsEmpty() throws IOException {
        process(501, 1, LEADER, "");
        process(600, 1, 600, one.id.value());
        assertThat(found()).containsExactlyInAnyOrder(501, 600);
        gone(501);
        assertThat(found()).containsExactly(600);
        // Its number was given again: to a stranger who leads a session, has a child and is gone.
        process(502, 1, LEADER, "");
        assertThat(found()).containsExactly(600);
    }

    @Test
    void theSessionOfALeaderThatEndedWhileNobodyWatchedMayBeAStrangers() throws IOException {
        one.holdsSession = false;
        process(502, 1, LEADER, "");
        process(503, 502, LEADER, "");
        process(600, 1, 600, one.id.value());
        process(601, 600, 600, "");
        assertThat(found()).containsExactlyInAnyOrder(600, 601);
    }

    @Test
    void whoCarriesTheIdVouchesForItsSession() throws IOException {
        one.holdsSession = false;
        process(501, 1, LEADER, one.id.value());
        process(502, 1, LEADER, "");
        assertThat(found()).containsExactlyInAnyOrder(501, 502);
    }

    private List<Integer> found() throws IOException {
        return new TreeScan(new Proc(proc), 1)
                .members(List.of(one), Set.of()).getOrDefault(one.id, List.of()).stream()
                        .map(ProcessRef::pid)
                        .toList();
    }

    private void process(int pid, int parent, int session, String instance) throws IOException {
        Path dir = Files.createDirectory(proc.resolve(Integer.toString(pid)));
        Files.writeString(
                dir.resolve("stat"),
                pid + " (a b) S " + parent + " " + session + " " + session + " 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 "
                        + STARTED + " 0".repeat(30) + "\n");
        Files.writeString(
                dir.resolve("environ"),
                "PATH=/bin\0" + (instance.isEmpty() ? "" : "HOLDFAST_INSTANCE=" + instance + "\0"));
    }

    private void gone(int pid) throws IOException {
        Path dir = proc.resolve(Integer.toString(pid));
        Files.delete(dir.resolve("stat"));
        Files.delete(dir.resolve("environ"));
        Files.delete(dir);
    }
}
