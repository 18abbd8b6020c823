package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupLimitsTest {
    @Test
    void writesEveryLimitAsTheKernelReadsIt() {
        var limits = new GroupLimits(
                500,
                512L << 20,
                384L << 20,
                0L,
                64,
                new GroupLimits.Io(1L << 20, null, null, 100L),
                50,
                2000,
                1L << 20);
        assertThat(files(limits, List.of("8:0", "259:1")))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "cpu.max", "50000 100000",
                        "cpu.weight", "200",
                        "memory.low", "1048576",
                        "memory.high", "402653184",
                        "memory.swap.max", "0",
                        "memory.max", "536870912",
                        "pids.max", "64",
                        "io.weight", "default 50",
                        "io.max",
                                "8:0 rbps=1048576 wbps=max riops=max wiops=100\n"
                                        + "259:1 rbps=1048576 wbps=max riops=max wiops=100"));
        assertThat(limits.settings(List.of("8:0"))).allMatch(GroupLimits.Setting::wanted);
    }

    @Test
    void takesBackWhatIsNotGiven() {
        assertThat(GroupLimits.NONE.settings(List.of("8:0"))).noneMatch(GroupLimits.Setting::wanted);
        assertThat(files(GroupLimits.NONE, List.of("8:0")))
                .containsEntry("cpu.max", "max 100000")
                .containsEntry("cpu.weight", "100")
                .containsEntry("memory.low", "0")
                .containsEntry("memory.max", "max")
                .containsEntry("io.max", "8:0 rbps=max wbps=max riops=max wiops=max");
    }

    @Test
    void doesNotForgetAnIoLimitWhereThereIsNoDisk() {
        var io = new GroupLimits(
                null, null, null, null, null, new GroupLimits.Io(1L, null, null, null), null, null, null);
        assertThat(io.settings(List.of())).anyMatch(s -> s.wanted() && s.file().equals("io.max"));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1000 1000000",
        "9, 9000 1000000",
        "10, 1000 100000",
        "1500, 150000 100000",
        "9999999, 999999900 100000"
    })
    void asksForNoQuotaBelowTheKernelsLeast(int millicores, String max) {
        assertThat(files(new GroupLimits(millicores, null, null, null, null, null, null, null, null), List.of()))
                .containsEntry("cpu.max", max);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "4, 1", "15, 2", "500, 50", "1000, 100", "200000, 10000"})
    void weighsOneCoreAsAHundred(int millicores, String weight) {
        assertThat(files(new GroupLimits(null, null, null, null, null, null, null, millicores, null), List.of()))
                .containsEntry("cpu.weight", weight);
    }

    private static Map<String, String> files(GroupLimits limits, List<String> disks) {
        return limits.settings(disks).stream()
                .collect(Collectors.toMap(
                        GroupLimits.Setting::file, GroupLimits.Setting::value, (one, other) -> one + "\n" + other));
    }
}
