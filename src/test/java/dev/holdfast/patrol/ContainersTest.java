package dev.holdfast.patrol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainersTest {
    private static final String ID = "0123456789abcdef".repeat(4);
    private static final MonoTime NOW = new MonoTime(0);

    @TempDir
    private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @ParameterizedTest
    @CsvSource({
        "/system.slice/docker-%s.scope",
        "/docker/%s",
        "/machine.slice/libpod-%s.scope/container",
        "/kubepods/besteffort/pod12/%s",
        "/system.slice/containerd.service/kubepods-x.slice:cri-containerd:%s",
    })
    void theGroupTellsTheContainer(String path) {
        assertThat(Containers.id(path.formatted(ID))).isEqualTo(ID);
        assertThat(Containers.id("/user.slice/user-1000.slice")).isEmpty();
    }

    @Test
    void dockersNameIsFound() throws IOException {
        write(
                "var/lib/docker/containers/" + ID + "/config.v2.json",
                "{\"Config\":{\"Hostname\":\"x\"},\"Name\":\"/n8n_mautic_erpnext\",\"Driver\":\"overlay2\"}");
        assertThat(new Containers(root).name(ID, NOW)).isEqualTo("n8n_mautic_erpnext");
    }

    @Test
    void podmansNameIsFound() throws IOException {
        write(
                "var/lib/containers/storage/overlay-containers/containers.json",
                "[{\"id\":\"" + "f".repeat(64) + "\",\"names\":[\"other\"],\"image\":\"a\"},{\"id\":\"" + ID
                        + "\",\"names\":[\"web\"],\"image\":\"b\"}]");
        assertThat(new Containers(root).name(ID, NOW)).isEqualTo("web");
    }

    @Test
    void containerdsNameIsFound() throws IOException {
        write(
                "run/containerd/io.containerd.runtime.v2.task/k8s.io/" + ID + "/config.json",
                "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"api\"}}");
        assertThat(new Containers(root).name(ID, NOW)).isEqualTo("api");
    }

    @Test
    void aNameThatIsNotThereYetIsAskedForAgain() throws IOException {
        var containers = new Containers(root);
        assertThat(containers.name(ID, NOW)).isEmpty();
        write("var/lib/docker/containers/" + ID + "/config.v2.json", "{\"Name\":\"/late\"}");
        assertThat(containers.name(ID, NOW)).isEmpty();
        assertThat(containers.name(ID, NOW.plus(java.time.Duration.ofMinutes(1))))
                .isEqualTo("late");
    }
}
