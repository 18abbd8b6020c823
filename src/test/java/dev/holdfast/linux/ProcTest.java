package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be read must not pass for what is not there. */
class ProcTest {
    private static final int PID = 77;

    @TempDir
    private Path root;

    @Test
    void aProcessThatIsGoneIsAbsent() throws Exception {
        var proc = new Proc(root);
        assertThat(proc.stat(PID)).isEmpty();
        assertThat(proc.children(PID, PID)).isEmpty();
        assertThat(proc.environment(PID, "HOME")).isEmpty();
        assertThat(proc.name(PID)).isEmpty();
    }

    @Test
    void aProcessThatCannotBeReadIsNotGone() throws Exception {
        unreadable();
        var proc = new Proc(root);
        assertThatThrownBy(() -> proc.stat(PID)).isInstanceOf(Errno.class).hasMessageContaining("symbolic links");
        assertThatThrownBy(() -> proc.children(PID, PID)).isInstanceOf(Errno.class);
        assertThatThrownBy(() -> proc.environment(PID, "HOME")).isInstanceOf(Errno.class);
        assertThatThrownBy(() -> proc.name(PID)).isInstanceOf(Errno.class);
    }

    @Test
    void whatIsReadAsADirectoryIsNoEmptyFile() throws Exception {
        Files.createDirectories(root.resolve(PID + "/stat"));
        Files.createDirectories(root.resolve(PID + "/environ"));
        Files.createDirectories(root.resolve(PID + "/task/" + PID + "/children"));
        var proc = new Proc(root);
        assertThatThrownBy(() -> proc.stat(PID)).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> proc.environment(PID, "HOME")).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> proc.children(PID, PID)).hasMessageContaining("is a directory");
    }

    @Test
    void whoCannotReadItsChildrenDoesNotTakeItselfForChildless() throws Exception {
        var host = new Host(root, () -> new MonoTime(0));
        Files.createSymbolicLink(root.resolve(Integer.toString(host.pid())), Path.of(Integer.toString(host.pid())));
        assertThatThrownBy(() -> host.hasOrphans(pid -> false)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> host.onlyChildOf(host.pid())).isInstanceOf(IOException.class);
    }

    @Test
    void aPidfdTellsTheProcessesApartThatHadItsNumber() throws Exception {
        var proc = new Proc(Path.of("/proc"));
        int self = (int) ProcessHandle.current().pid();
        ProcessRef me = proc.stat(self).orElseThrow().ref();
        try (Pidfd pidfd = Pidfd.open(proc, me).orElseThrow()) {
            assertThat(pidfd.exists()).isTrue();
        }
        assertThat(Pidfd.open(proc, new ProcessRef(self, me.startTicks() - 1))).isEmpty();
        assertThat(Pidfd.open(proc, new ProcessRef(Integer.MAX_VALUE, 1))).isEmpty();
    }

    @Test
    void readsAnEnvironmentLargerThanItsBuffer() throws Exception {
        Files.createDirectories(root.resolve(Integer.toString(PID)));
        Files.writeString(root.resolve(PID + "/environ"), "BIG=" + "x".repeat(50_000) + "\0LAST=found\0");
        assertThat(new Proc(root).environment(PID, "LAST")).contains("found");
    }

    /** The next best to a full table of descriptors that touches nothing else of this JVM. */
    private void unreadable() throws IOException {
        Files.createSymbolicLink(root.resolve(Integer.toString(PID)), Path.of(Integer.toString(PID)));
    }
}
