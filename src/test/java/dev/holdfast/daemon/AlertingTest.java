package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.alert.Matter;
import dev.holdfast.alert.Occasion;
import dev.holdfast.config.AlertSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.process.Launch;
import dev.holdfast.process.Launcher;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Signal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The thread that tells, which must outlive whatever it is told. */
class AlertingTest {
    /** Nothing is run here. */
    private static final Launcher NONE = new Launcher() {
        @Override
        public void launch(Launch launch) {
            throw new AssertionError(launch);
        }

        @Override
        public void signal(InstanceId id, Signal signal) {
            throw new AssertionError(id);
        }

        @Override
        public void kill(InstanceId id) {
            throw new AssertionError(id);
        }
    };

    @TempDir
    Path dir;

    @Test
    void aBugOfWhoeverSaysAnAlertCostsThatOneAlone() throws Exception {
        var out = new ByteArrayOutputStream();
        var commands = new AlertCommands(NONE, Map.of(), InstanceId::fresh, r -> {}, dir);
        try (var console = new Console(out, false, false, List.of())) {
            var spec = new AlertSpec(new TreeMap<>(), List.of(), List.of(), List.of());
            var alerting = new Alerting(dir, "host1", spec, commands, console);
            Supplier<Occasion> bug = () -> {
                throw new IllegalStateException("no such log");
            };
            alerting.raise(bug);
            alerting.raise(Occasion.lasting("a/b", Severity.WARNING, "told"));
            assertThat(alerting.view().get(10, TimeUnit.SECONDS).matters())
                    .extracting(Matter::key)
                    .containsExactly("a/b");
            alerting.end();
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("no such log");
    }
}
