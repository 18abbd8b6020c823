package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.Usage;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Pidfd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a group of plain files. */
class DemiseTest {
    private static final Outcome KILLED = new Outcome.Signalled(9, false);
    private static final Usage LEADER = new Usage(Duration.ofMillis(5), 4096L, null);

    @TempDir
    private Path group;

    /** What the kernel's log says. */
    private boolean oom;

    @Test
    void blamesItsLimitWhenThatWasHitHere() throws IOException {
        counts("oom 1\noom_kill 3\noom_group_kill 1", "oom 1\noom_kill 3");
        Files.writeString(group.resolve("memory.max"), "1048576\n");
        assertThat(kill(false)).isEqualTo(new Kill(Kill.By.OWN_LIMIT, 2, 1L << 20));
    }

    @Test
    void blamesItsLimitWhenTheVictimLivedFurtherDown() throws IOException {
        counts("oom 1\noom_kill 1", "oom 1\noom_kill 0");
        assertThat(kill(false)).isEqualTo(new Kill(Kill.By.OWN_LIMIT, 1, null));
    }

    @Test
    void blamesALimitInsideWhenOnlyThatWasHit() throws IOException {
        counts("oom 1\noom_kill 1", "oom 0\noom_kill 0");
        assertThat(kill(false)).isEqualTo(new Kill(Kill.By.INNER_LIMIT, 1, null));
    }

    @Test
    void blamesTheHostWhenNoLimitWasHit() throws IOException {
        counts("oom 0\noom_kill 1", "oom 0\noom_kill 1");
        assertThat(kill(true)).isEqualTo(new Kill(Kill.By.HOST, 1, null));
    }

    @Test
    void blamesUsWhenWeKilledItAndNoMemoryWasShort() throws IOException {
        counts("oom 0\noom_kill 0", "oom 0\noom_kill 0");
        assertThat(kill(true)).isEqualTo(new Kill(Kill.By.HOLDFAST, 0, null));
        assertThat(kill(false)).isNull();
    }

    @Test
    void tellsWhatTheWholeGroupUsed() throws IOException {
        Files.writeString(group.resolve("cpu.stat"), "usage_usec 2500000\nuser_usec 1\n");
        Files.writeString(group.resolve("memory.peak"), "7340032\n");
        assertThat(usage(false, group)).isEqualTo(new Usage(Duration.ofMillis(2500), 7340032L, null));
    }

    @Test
    void tellsWhatTheLeaderUsedWhereTheKernelCountsNoGroup() {
        assertThat(usage(false, group)).isEqualTo(LEADER);
        assertThat(usage(false, group.resolve("none"))).isEqualTo(LEADER);
    }

    @Test
    void blamesTheHostWhereOnlyTheKernelsLogTells() {
        oom = true;
        assertThat(kill(false)).isEqualTo(new Kill(Kill.By.HOST, 1, null));
        assertThat(kill(true)).as("we were first").isEqualTo(new Kill(Kill.By.HOLDFAST, 0, null));
    }

    @Test
    void blamesNobodyWhenItCannotBeTold() throws IOException {
        Files.writeString(group.resolve("cpu.stat"), "usage_usec 2500000\n");
        Files.createDirectory(group.resolve("memory.events"));
        assertThat(usage(false, group)).isEqualTo(LEADER);
        assertThat(kill(true)).isEqualTo(new Kill(Kill.By.HOLDFAST, 0, null));
    }

    private void counts(String all, String own) throws IOException {
        Files.writeString(group.resolve("memory.events"), all);
        Files.writeString(group.resolve("memory.events.local"), own);
    }

    private @Nullable Kill kill(boolean byUs) {
        Usage usage = usage(byUs, group);
        return usage == null ? null : usage.kill();
    }

    private @Nullable Usage usage(boolean byUs, Path group) {
        var i = new Instance(
                new InstanceId("0"), "test", Map.of(), "/", false, new ProcessRef(1, 1), new Cgroup(group), null);
        i.killing = byUs;
        return Demise.of(i, new Pidfd.Ended(KILLED, LEADER), () -> oom);
    }
}
