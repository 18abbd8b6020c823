package dev.holdfast.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.RestartSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Files of well-known projects, as they are there; whence they are stands beside them. Each has to load, too. */
class RealFilesTest {
    private static Imported read(Kind kind, String name) throws IOException {
        try (var in = RealFilesTest.class.getResourceAsStream("/import/projects/" + name)) {
            return Imported.of(
                    kind, new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static List<String> argv(ProcessSpec process) {
        return process.launch().command().argv();
    }

    @Test
    void gunicornsProgram() throws IOException {
        Imported all = read(Kind.SUPERVISORD, "gunicorn.supervisor.conf");
        assertThat(all.config().processes()).containsOnlyKeys("gunicorn");
        ProcessSpec gunicorn = all.process("gunicorn");
        assertThat(argv(gunicorn))
                .containsExactly(
                        "/usr/local/bin/gunicorn", "main:application", "-c", "/path/to/project/gunicorn.conf.py");
        assertThat(gunicorn.launch().user()).isEqualTo("nobody");
        assertThat(gunicorn.launch().workingDir()).isEqualTo("/path/to/project");
        assertThat(gunicorn.restart().policy()).isEqualTo(RestartSpec.Policy.ALWAYS);
        assertThat(all.comments()).contains("# source:1: always so here: redirect_stderr");
        assertThat(all.sheet().left()).isZero();
    }

    @Test
    void etcdsCluster() throws IOException {
        Imported all = read(Kind.PROCFILE, "etcd.Procfile");
        assertThat(all.config().processes()).containsOnlyKeys("etcd1", "etcd2", "etcd3");
        assertThat(argv(all.process("etcd2")))
                .startsWith("bin/etcd", "--name", "infra2")
                .contains("infra1=http://127.0.0.1:12380,infra2=http://127.0.0.1:22380,infra3=http://127.0.0.1:32380")
                .endsWith("--logger=zap", "--log-outputs=stderr");
        assertThat(all.process("etcd2").launch().workingDir()).isEqualTo("/srv/app");
        assertThat(all.process("etcd3").launch().environment()).containsExactly(Map.entry("PORT", "5200"));
        assertThat(all.sheet().left()).isZero();
    }

    @Test
    void anEntryThatEtcdHasTwice() throws IOException {
        Imported all = read(Kind.PROCFILE, "etcd-proxy.Procfile");
        assertThat(all.config().processes()).hasSize(9);
        assertThat(argv(all.process("s3-client-proxy"))).contains("localhost:33790");
        assertThat(argv(all.process("s3-client-proxy-2"))).contains("localhost:33800");
        assertThat(all.comments()).contains("# source:14: s3-client-proxy stands here again; both are kept");
    }

    @Test
    void alertmanagersWithAVariableForTheShell() throws IOException {
        Imported all = read(Kind.PROCFILE, "alertmanager.Procfile");
        assertThat(all.config().processes()).containsOnlyKeys("a1", "a2", "a3", "wh");
        assertThat(argv(all.process("a1")).getLast())
                .startsWith("./alertmanager --log.level=debug --storage.path=$TMPDIR/a1 ");
        assertThat(argv(all.process("wh"))).containsExactly("go", "run", "./examples/webhook/echo.go");
        assertThat(all.comments()).contains("# source:1: needs a shell, as it did");
    }

    @Test
    void patronisMergedKeys() throws IOException {
        Imported all = read(Kind.COMPOSE, "patroni.compose.yml");
        assertThat(all.config().processes())
                .containsOnlyKeys("etcd1", "etcd2", "etcd3", "haproxy", "patroni1", "patroni2", "patroni3");
        ProcessSpec etcd = all.process("etcd3");
        assertThat(argv(etcd))
                .containsExactly("etcd", "--name", "etcd3", "--initial-advertise-peer-urls", "http://etcd3:2380");
        assertThat(etcd.launch().environment())
                .containsEntry("ETCD_INITIAL_CLUSTER_STATE", "new")
                .hasSize(6);
        assertThat(etcd.restart().policy()).isEqualTo(RestartSpec.Policy.NEVER);
        assertThat(all.process("patroni2").enabled()).isFalse();
        assertThat(all.process("patroni2").launch().environment())
                .containsOnlyKeys("ETCDCTL_ENDPOINTS", "PATRONI_ETCD3_HOSTS", "PATRONI_NAME", "PATRONI_SCOPE");
        assertThat(all.sheet().left()).isEqualTo(3);
        assertThat(all.comments())
                .contains("environment ETCD_INITIAL_CLUSTER names the service etcd1, which is at 127.0.0.1 here")
                .contains("# source:45: env_file: docker/patroni.env: is not there; not carried over")
                .contains("# source:48: ports: [5000:5000, 5001:5001]: the program listens on this host itself");
    }

    @Test
    void victoriaMetricsArgumentsForImages() throws IOException {
        Imported all = read(Kind.COMPOSE, "victoriametrics.compose.yml");
        assertThat(all.config().processes())
                .containsOnlyKeys("vmagent", "victoriametrics", "grafana", "vmalert", "alertmanager")
                .allSatisfy((name, process) -> {
                    assertThat(process.enabled()).as(name).isFalse();
                    assertThat(process.restart().policy()).isEqualTo(RestartSpec.Policy.ALWAYS);
                });
        assertThat(argv(all.process("vmalert")))
                .contains("--rule=/etc/alerts/*.yml")
                .last()
                .asString()
                .endsWith("\"range\":{\"from\":\"{{ .ActiveAt.UnixMilli }}\",\"to\":\"now\"}}");
        assertThat(all.process("vmalert").dependsOn()).containsOnlyKeys("victoriametrics", "alertmanager");
        assertThat(all.sheet().left()).isEqualTo(5);
        assertThat(all.comments()).contains("# source:21: victoriametrics: its command is the image's");
    }

    @Test
    void laravelsStores() throws IOException {
        Imported all = read(Kind.COMPOSE, "laravel.compose.yml");
        assertThat(all.config().processes()).containsOnlyKeys("dynamodb", "memcached", "mysql", "redis");
        assertThat(all.process("mysql").launch().environment())
                .containsOnly(
                        Map.entry("MYSQL_ALLOW_EMPTY_PASSWORD", "1"),
                        Map.entry("MYSQL_ROOT_PASSWORD", ""),
                        Map.entry("MYSQL_DATABASE", "forge"),
                        Map.entry("MYSQL_ROOT_HOST", "%"));
        assertThat(all.process("redis").restart().policy()).isEqualTo(RestartSpec.Policy.ALWAYS);
        assertThat(all.process("dynamodb").restart().policy()).isEqualTo(RestartSpec.Policy.NEVER);
        assertThat(all.sheet().left()).isEqualTo(4);
    }
}
