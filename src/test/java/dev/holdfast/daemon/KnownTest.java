package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.records.LogDesk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownTest {
    private static final ReplicaId REMEMBERED = new ReplicaId("worker", 9);

    @TempDir
    private Path dir;

    private Known known(int replicas) throws IOException {
        Path yaml = Files.writeString(dir.resolve("holdfast.yaml"), """
                version: 1
                queues: { media: { pull: { lease: 1m } } }
                processes:
                  worker:
                    command: [sleep, '9']
                    scale: { min: 0, max: 8, by: { queue: media, per_replica: 5 } }
                """);
        ProcessSpec worker = ((Loaded.Sound) new ConfigLoader(Map.of(), false).load(yaml))
                .config()
                .processes()
                .get("worker");
        var specs = new TreeMap<String, ProcessSpec>();
        specs.put("worker", Objects.requireNonNull(worker).withReplicas(replicas));
        return new Known(specs, Set.of("nightly"), Set.of("media"), REMEMBERED::equals);
    }

    private List<String> logs(Known known, String name) throws Refused {
        return known.logs(name, r -> dir.resolve(r.process() + "." + r.index() + ".log")).values().stream()
                .map(LogDesk.LogFile::name)
                .toList();
    }

    @Test
    void ofReplicasThatWereScaledAwayTheLogsAreReadYet() throws Exception {
        Files.createFile(dir.resolve("worker.3.log"));
        Files.createFile(dir.resolve("worker.8.log"));
        assertThat(logs(known(2), "worker")).containsExactly("worker/0", "worker/1", "worker/3");
        assertThat(logs(known(0), "worker")).containsExactly("worker/0", "worker/3");
        assertThat(logs(known(0), "worker/7")).containsExactly("worker/7");
        assertThat(logs(known(0), "media")).containsExactly("media");
        assertThat(logs(known(0), "nightly")).containsExactly("nightly");
        assertThatThrownBy(() -> logs(known(0), "worker/8")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> logs(known(0), "web")).isInstanceOf(Refused.class);
    }

    @Test
    void theyAreReadNotActedOn() throws Exception {
        Known known = known(2);
        assertThatCode(() -> known.toRead("worker/7")).doesNotThrowAnyException();
        assertThatThrownBy(() -> known.toRead("worker/8")).isInstanceOf(Refused.class);
        assertThatCode(() -> known.toRead("worker/9")).as("there was one").doesNotThrowAnyException();
        assertThatThrownBy(() -> known.toRead("web/9")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> known.processes(List.of("worker/9"), false)).isInstanceOf(Refused.class);
        assertThat(known.processes(List.of("worker/1"), false)).containsExactly("worker/1");
        assertThatThrownBy(() -> known.processes(List.of("worker/2"), false)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> known.any(List.of("worker/2"))).isInstanceOf(Refused.class);
    }
}
