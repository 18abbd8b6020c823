package dev.holdfast.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Proc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("process")
@Timeout(120)
class ProcessCensusTest {
    private static final Path PROC = Path.of("/proc");

    @Test
    void whatAChildUsedIsNotLostWhenItEndsNorCountedTwice() throws Exception {
        Process tree = new ProcessBuilder("sh", "-c", """
                (exec sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo burnt; read go') &
                wait
                echo waited
                read go
                """)
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        try (var census =
                new ProcessCensus(PROC, Math.toIntExact(ProcessHandle.current().pid()))) {
            ProcessRef leader = new Proc(PROC)
                    .stat(Math.toIntExact(tree.pid()))
                    .orElseThrow()
                    .ref();
            var out = tree.inputReader();
            assertThat(out.readLine())
                    .isEqualTo("burnt"); // its stdin is /dev/null, as of whatever is in the background
            double burnt = used(census, leader);
            assertThat(out.readLine()).isEqualTo("waited");
            await().atMost(Duration.ofSeconds(30)).until(() -> used(census, leader) >= 0.05);
            double after = used(census, leader);
            assertThat(after).isGreaterThanOrEqualTo(burnt).isLessThan(2 * Math.max(burnt, 0.05) + 1);
            assertThat(used(census, leader)).isGreaterThanOrEqualTo(after);
        } finally {
            tree.destroyForcibly();
        }
    }

    private static double used(ProcessCensus census, ProcessRef leader) throws Errno {
        return census.look(List.of(leader), false, System.nanoTime()).getFirst().cpuSeconds;
    }
}
