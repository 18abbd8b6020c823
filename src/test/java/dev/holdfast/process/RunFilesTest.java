package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTest {
    @TempDir
    private Path run;

    @Test
    void onlyAWholeRecordCounts() throws Exception {
        InstanceId id = InstanceId.fresh();
        var files = new RunFiles(run, Path.of("/proc"));
        Path record = Files.createDirectories(run.resolve("instances/" + id)).resolve("record");
        assertThat(files.recorded(id)).as("none").isFalse();
        Files.writeString(record, "");
        assertThat(files.recorded(id)).as("empty, as it is made ahead").isFalse();
        Files.writeString(record, "label=web\npid=12\nen");
        assertThat(files.recorded(id)).as("torn").isFalse();
        Files.writeString(record, "label=web\npid=12\nend=true\n");
        assertThat(files.recorded(id)).as("whole").isTrue();
    }
}
