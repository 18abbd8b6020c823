package dev.holdfast.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ProcessSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What pm2 6.0.14 printed of an ecosystem file with four apps, and saved after one had ended. */
class Pm2RunningTest {
    private static Imported read(String resource) {
        try {
            return Imported.of(Kind.PM2, Files.readString(Path.of("src/test/resources/import", resource)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pm2-jlist.json", "dump.pm2"})
    void whatRunsIsTheAppsItCameFrom(String resource) {
        Imported all = read(resource);
        assertThat(all.config().processes()).containsOnlyKeys("api", "worker", "sh", "stopped");
        ProcessSpec api = all.process("api");
        assertThat(api.replicas()).isEqualTo(2);
        assertThat(api.portBase()).isEqualTo(3000);
        assertThat(api.launch().command().argv())
                .endsWith("node", "--max-old-space-size=200", "/srv/shop/server.js", "--port", "3000");
        assertThat(api.launch().workingDir()).isEqualTo("/srv/shop");
        assertThat(api.launch().user()).isEqualTo("deploy");
        assertThat(api.resources().memory()).hasToString("375Mi");
        assertThat(api.stop().timeout()).hasSeconds(4);
        assertThat(all.process("worker").launch().command().argv()).containsExactly("python3", "/srv/shop/w.py");
        assertThat(all.schedule("worker-restart").timing().toString()).startsWith("0 3 * * * ");
        assertThat(all.sheet().left()).isZero();
    }

    @Test
    void variablesOfTheShellAreLeftOutAndTold() {
        Imported all = read("pm2-jlist.json");
        assertThat(all.process("api").launch().environment())
                .containsOnly(
                        Map.entry("NODE_ENV", "production"),
                        Map.entry("PORT", "3000"),
                        Map.entry("API_TOKEN", "hunter2"),
                        Map.entry("LANG", "C.UTF-8"));
        assertThat(all.comments()).contains("SSH_CONNECTION").doesNotContain("192.0.2.7", "hunter2");
    }

    @Test
    void aPathOfItsOwnIsKeptAndOldValuesAreNotShown() {
        Imported all = Imported.of(
                Kind.PM2,
                "[{name: 'a', pm_exec_path: '/a.js', pm_cwd: '/', FOO: 'old-1', BAR: 'old-2',"
                        + " env: {PATH: '/opt/node/bin:/usr/bin', HOME: '/h', FOO: 'new'}}]");
        assertThat(all.comments()).contains("BAR").doesNotContain("old-");
        assertThat(all.process("a").launch().environment())
                .containsOnly(Map.entry("PATH", "/opt/node/bin:/usr/bin"), Map.entry("FOO", "new"));
    }

    @Test
    void logsAreKeptWhereTheyWereAskedFor() {
        Imported all = read("dump.pm2");
        assertThat(all.process("worker").log().path()).isEqualTo("/srv/shop/w.log"); // pm2 wrote w-1.log
        assertThat(all.process("api").log().path()).isNull();
    }

    @Test
    void whoWasStoppedStartsByHand() {
        assertThat(read("pm2-jlist.json").process("stopped").manual()).isTrue();
        assertThat(read("pm2-jlist.json").process("sh").manual()).isFalse();
        assertThat(read("dump.pm2").process("sh").manual()).isTrue();
    }

    @Test
    void modulesAndWhatNobodyKnowsAreTold() {
        Imported all = Imported.of(Kind.PM2, """
                [{"name": "pm2-logrotate", "pm_exec_path": "/m/app.js", "pmx_module": true},
                 {"name": "pm2-server-monit", "pm_exec_path": "/m/app.js", "pmx_module": true},
                 {"name": "a", "pm_exec_path": "/a.js", "pm_cwd": "/", "odd_thing": 7, "uid": "app", "username": "deploy"},
                 {"name": "t", "pm_exec_path": "/t.js", "pm_cwd": "/", "autorestart": false, "status": "stopped",
                  "cron_restart": "5 4 * * *"}]""");
        assertThat(all.config().processes()).containsOnlyKeys("a");
        assertThat(all.process("a").launch().user()).isEqualTo("app");
        assertThat(all.schedule("t").timing().toString()).startsWith("5 4 * * * ");
        assertThat(all.sheet().left()).isEqualTo(1);
        assertThat(all.comments())
                .contains("# source:1: pm2-logrotate: not needed")
                .contains("# source:2: a module of pm2's, pm2-server-monit: not carried over")
                .contains("# source:3: odd_thing: 7: not carried over");
    }
}
