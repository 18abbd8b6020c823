package dev.holdfast.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Proc;
import dev.holdfast.process.GroupUsage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UsagesTest {
    private static final ProcessRef WEB = new ProcessRef(10, 1);
    private static final ProcessRef MAIL = new ProcessRef(11, 1);

    private static Supplier<@Nullable GroupUsage> used(long seconds) {
        return () -> new GroupUsage(Duration.ofSeconds(seconds), 1L, 1L, 1L);
    }

    @Test
    void whoAsksSoonAfterSomebodyElseGetsTheSameFiguresAndCostsNothing() {
        var usages = new Usages(Path.of("/proc"));
        usages.of(Map.of(WEB, used(0)), 0);
        var second = usages.of(Map.of(WEB, used(1)), 2_000_000_000L);
        var soon = usages.of(
                Map.of(WEB, () -> {
                    throw new AssertionError("read again");
                }),
                2_400_000_000L);
        assertThat(soon).isEqualTo(second);
        assertThat(Objects.requireNonNull(soon.get(WEB)).cpuPercent()).isEqualTo(50);
        var later = usages.of(Map.of(WEB, used(2)), 4_000_000_000L);
        assertThat(Objects.requireNonNull(later.get(WEB)).cpuPercent()).isEqualTo(50);
    }

    @Test
    void aLookAtOneDoesNotForgetTheOthers() {
        var usages = new Usages(Path.of("/proc"));
        usages.of(Map.of(WEB, used(0), MAIL, used(0)), 0);
        usages.of(Map.of(MAIL, used(1)), 1_000_000_000L);
        var now = usages.of(Map.of(WEB, used(1), MAIL, used(1)), 2_000_000_000L);
        assertThat(Objects.requireNonNull(now.get(WEB)).cpuPercent()).isEqualTo(50);
        assertThat(Objects.requireNonNull(now.get(MAIL)).cpuPercent()).isEqualTo(0);
    }

    @Test
    void aGroupThatCannotBeReadForOnceIsUnknownAndNoOtherNumber() throws Errno {
        int self = Math.toIntExact(ProcessHandle.current().pid());
        var usages = new Usages(Path.of("/proc"));
        var leader = new Proc(Path.of("/proc")).stat(self).orElseThrow().ref();
        usages.of(Map.of(leader, used(1000)), 0);
        assertThat(usages.of(Map.of(leader, () -> null), 1_000_000_000L)).isEmpty();
        assertThat(Objects.requireNonNull(usages.of(Map.of(leader, used(1001)), 2_000_000_000L)
                                .get(leader))
                        .cpuPercent())
                .isEqualTo(50);
    }
}
