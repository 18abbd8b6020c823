package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a group of plain files; one that is a directory can be opened, and not read. */
class CgroupTest {
    @TempDir
    private Path dir;

    private Cgroup group;

    @BeforeEach
    void group() {
        group = new Cgroup(dir);
    }

    @Test
    void readsWhatIsThereAndTakesWhatIsNotForEmpty() throws IOException {
        assertThat(group.pids()).isEmpty();
        assertThat(group.read("memory.max")).isEmpty();
        assertThat(new Cgroup(dir.resolve("gone")).children()).isEmpty();
        assertThat(new Cgroup(dir.resolve("gone")).populated()).isFalse();
        String many = "1234567\n".repeat(5000); // several reads
        Files.writeString(dir.resolve("cgroup.procs"), many);
        Files.writeString(dir.resolve("memory.events"), "oom 1\noom_kill 2\nodd\n");
        Files.writeString(dir.resolve("cgroup.events"), "populated 0\nfrozen 0\n");
        Files.createDirectory(dir.resolve("below"));
        Files.writeString(dir.resolve("below/cgroup.procs"), "7\n");
        assertThat(group.members()).hasSize(5000).containsOnly(1_234_567);
        assertThat(group.pids()).hasSize(5001).contains(7);
        assertThat(group.counts("memory.events")).isEqualTo(Map.of("oom", 1L, "oom_kill", 2L));
        assertThat(group.populated()).isFalse();
    }

    @Test
    void theWorkingSetIsWithoutFilesThatNobodyUsedLately() throws IOException {
        assertThat(group.workingSetBytes()).isEmpty();
        Files.writeString(dir.resolve("memory.current"), "1000\n");
        Files.writeString(dir.resolve("memory.stat"), "anon 300\nactive_file 100\ninactive_file 600\nslab 0\n");
        assertThat(group.workingSetBytes()).hasValue(400);
        Files.writeString(dir.resolve("memory.stat"), "inactive_file 1200\n");
        assertThat(group.workingSetBytes()).as("read one after the other").hasValue(0);
    }

    @Test
    void theTightestOfTheLimitsAroundItIsWhatItLeaves() throws IOException {
        assertThat(group.memoryRoom()).isEmpty();
        Path inner = Files.createDirectory(dir.resolve("inner"));
        for (Path d : new Path[] {dir, inner}) {
            Files.writeString(d.resolve("cgroup.procs"), "");
            Files.writeString(d.resolve("memory.max"), "max\n");
            Files.writeString(d.resolve("memory.current"), "500\n");
            Files.writeString(d.resolve("memory.stat"), "inactive_file 100\n");
        }
        assertThat(new Cgroup(inner).memoryRoom()).isEmpty();
        Files.writeString(dir.resolve("memory.max"), "1000\n");
        assertThat(new Cgroup(inner).memoryRoom()).contains(new Cgroup.MemoryRoom(1000, 600));
        Files.writeString(inner.resolve("memory.max"), "700\n");
        assertThat(new Cgroup(inner).memoryRoom()).contains(new Cgroup.MemoryRoom(700, 300));
        Files.writeString(inner.resolve("memory.max"), "300\n");
        assertThat(new Cgroup(inner).memoryRoom()).contains(new Cgroup.MemoryRoom(300, 0));
        Path innermost = Files.createDirectory(inner.resolve("innermost"));
        Files.writeString(innermost.resolve("cgroup.procs"), "");
        assertThat(new Cgroup(innermost).memoryRoom())
                .as("to which the controller was not handed down")
                .contains(new Cgroup.MemoryRoom(300, 0));
    }

    @Test
    void takesWhatCannotBeReadNeitherForEmptyNorForGone() throws IOException {
        for (String file : new String[] {"cgroup.procs", "cgroup.events", "cgroup.stat", "memory.max"}) {
            Files.createDirectory(dir.resolve(file));
        }
        assertThatThrownBy(group::members).isInstanceOf(Errno.class).hasMessageContaining("cgroup.procs");
        assertThatThrownBy(group::pids).isInstanceOf(Errno.class);
        assertThatThrownBy(group::children).isInstanceOf(Errno.class).hasMessageContaining("cgroup.stat");
        assertThatThrownBy(() -> group.number("memory.max")).isInstanceOf(Errno.class);
        assertThat(group.populated()).isTrue();
        assertThat(group.remove()).isFalse();
        assertThat(dir.resolve("cgroup.procs")).exists();
    }
}
