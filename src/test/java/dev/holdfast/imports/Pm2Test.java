package dev.holdfast.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.RestartSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.imports.Imported.Beside;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Pm2Test {
    private static final String SCRIPT = """
            const path = require('path'); // not run
            const shared = { NODE_ENV: 'development', PORT: 3000 }
            module.exports = {
              apps: [
                {
                  name: 'api', script: './dist/server.js', cwd: './api',
                  instances: 3, exec_mode: 'cluster',
                  node_args: ['--max-old-space-size=200'], args: "--verbose 'a b'",
                  env: { ...shared, TOKEN: process.env.API_TOKEN, AT: new Date() },
                  env_production: { NODE_ENV: "production", },
                  max_memory_restart: '400M', max_restarts: 8, min_uptime: '5s', restart_delay: 4 * 1000,
                  kill_timeout: 3000, stop_exit_codes: [0, 7],
                  out_file: path.join(__dirname, 'log', 'api.log'), error_file: 'log/api.err',
                  cron_restart: '0 3 * * *', watch: false, wait_ready: true,
                },
                { name: 'tidy', script: 'tools/tidy.py', autorestart: false, cron_restart: '*/10 * * * *', instances: 1 },
                { name: 'shop', script: 'npm run shop:start', exp_backoff_restart_delay: 100 },
                { name: 'binary', script: './server', interpreter: 'none' },
                makeApp('other'),
              ],
            };
            """;

    private static Imported read(String environment) {
        return Imported.of(Kind.PM2, SCRIPT, Beside.NOTHING, new Kind.Choices(environment, Map.of()), Map.of());
    }

    private static ProcessSpec process(String name) {
        return read("").process(name);
    }

    @Test
    void anAppIsAProcess() {
        ProcessSpec api = process("api");
        assertThat(api.launch().command().argv())
                .containsExactly(
                        "/bin/sh",
                        "-c",
                        "PORT=\"$HOLDFAST_PORT\" exec \"$@\"",
                        "sh",
                        "node",
                        "--max-old-space-size=200",
                        "./dist/server.js",
                        "--verbose",
                        "a b");
        assertThat(api.launch().workingDir()).isEqualTo("/srv/app/api");
        assertThat(api.replicas()).isEqualTo(3);
        assertThat(api.portBase()).isEqualTo(3000);
        assertThat(api.resources().memory()).hasToString("500Mi");
        assertThat(read("").keys()).contains("recycle: 80%");
        assertThat(api.restart().policy()).isEqualTo(RestartSpec.Policy.ON_FAILURE);
        assertThat(api.plannedExitCodes()).containsExactly(7);
        assertThat(api.restart().limit()).isEqualTo(8);
        assertThat(api.restart().resetAfter()).hasSeconds(5);
        assertThat(api.restart().delay()).hasSeconds(4);
        assertThat(api.stop().signal().written()).isEqualTo("INT");
        assertThat(api.stop().timeout()).hasSeconds(3);
        assertThat(api.log().path()).isEqualTo("/srv/app/log/api.log");
    }

    @Test
    void theChosenEnvironmentIsLaidOverTheCommonOne() {
        assertThat(process("api").launch().environment())
                .containsOnly(Map.entry("NODE_ENV", "development"), Map.entry("PORT", "3000"), Map.entry("TOKEN", ""));
        assertThat(read("production").process("api").launch().environment())
                .containsEntry("NODE_ENV", "production")
                .containsEntry("PORT", "3000");
    }

    @Test
    void anAppThatRunsAtItsTimesIsASchedule() {
        ScheduleSpec tidy = read("").schedule("tidy");
        assertThat(tidy.timing().toString()).startsWith("*/10 * * * * ");
        assertThat(tidy.launch().command().argv()).containsExactly("python3", "tools/tidy.py");
        ScheduleSpec restart = read("").schedule("api-restart");
        assertThat(restart.launch().command().argv()).containsExactly("holdfast", "restart", "api");
    }

    @Test
    void scriptsAreStartedAsTheyAreMeant() {
        assertThat(process("shop").launch().command().argv()).containsExactly("npm", "run", "shop:start");
        assertThat(process("shop").restart().multiplier()).isEqualTo(1.5);
        assertThat(process("binary").launch().command().argv()).containsExactly("./server");
    }

    @Test
    void whatIsNotRunIsToldWithItsLine() {
        Imported all = read("");
        assertThat(all.comments())
                .contains("# source:1: not run: require('path')")
                .contains("# source:9: env.AT: new Date(): is not run; not carried over")
                .contains("# source:19: an app that is not known without running it: makeApp('other')")
                .contains("env_production")
                .contains("wait_ready");
        assertThat(all.sheet().left()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"apps\": [{\"name\": \"a\", \"script\": \"a.js\", \"instances\": \"max\"}]}",
                "apps:\n  - name: a\n    script: a.js\n    instances: max\n",
                "[{name: 'a', script: `a.js`, instances: 0}] // bare",
                "export default { apps: { name: 'a', script: 'a.js', instances: 'max' } }",
                "const apps = [{ name: 'a', script: 'a.js', instances: -0 }]; module.exports = { apps };",
            })
    void allItsFormsAreRead(String text) {
        ProcessSpec a = Imported.of(Kind.PM2, text).process("a");
        assertThat(a.launch().command().argv()).containsExactly("node", "a.js");
        assertThat(a.replicas()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "module.exports = { apps: [{ script: 'a.js' }] | source:1:46: \",\" or \"}\" is expected",
                "module.exports = { apps: [{ script: 'a.js }] } | source:1:37: a string is not closed",
                "module.exports = { apps: [{ name: 'a' }] } | source:1:1: an app has a script; a has none",
                "module.exports = build() | source:1:18: what is exported is no literal",
                "const a = 1; // module.exports | source:1:31: nothing is exported",
                "{\"app\": []} | source:1:1: apps is expected",
            })
    void brokenFilesAreOneErrorWithItsPlace(String text, String message) {
        assertThatThrownBy(() -> Kind.PM2.read("source", text.strip(), Beside.NOTHING, Kind.Choices.NONE))
                .hasMessageStartingWith(message.strip());
    }

    @Test
    void defaultsOfVariablesAreValuesOrNotRun() {
        Imported all = Imported.of(Kind.PM2, """
                const FIRST = 7000;
                module.exports = { apps: [{ name: 'a', script: 'a.js', env: {
                  A: process.env.A_ || FIRST, B: process.env.B_ || process.env.C_, C: process.env.D_ || null,
                  D: process.env.E_ ?? 'x', E: process.env.F_ || 12, F: process.env.G_ || UNKNOWN } }] };
                """);
        assertThat(all.process("a").launch().environment())
                .containsOnly(Map.entry("A", "7000"), Map.entry("D", "x"), Map.entry("E", "12"));
        assertThat(all.comments()).contains("env.B: ").contains("env.C: ").contains("env.F: ");
    }

    @Test
    void whatFollowsTheExportIsTold() {
        Imported all = Imported.of(Kind.PM2, """
                module.exports = { apps: [{ name: 'a', script: 'a.js' }] };
                module.exports.apps.push({ name: 'b', script: 'b.js' });
                console.log('x');
                """);
        assertThat(all.sheet().left()).isEqualTo(1);
        assertThat(all.comments()).contains("# source:2: not run: ").contains("# source:3: not run: ");
    }

    @Test
    void scriptsThatLieThereAreRunByNodeUnlessTheyAreBinaries() {
        var files = Map.of("/srv/app/tool", "#!/usr/bin/env node\n", "/srv/app/x/server", "\u007fELF\0");
        Imported all = Imported.of(
                Kind.PM2,
                "[{name: 't', script: 'tool'}, {name: 's', script: 'server', cwd: 'x'}, {name: 'n', script: 'npm', cwd: f(),"
                        + " out_file: '/dev/stdout'}]",
                new Beside(files),
                Kind.Choices.NONE,
                Map.of());
        assertThat(all.process("t").launch().command().argv()).containsExactly("node", "tool");
        assertThat(all.process("s").launch().command().argv()).containsExactly("./server");
        assertThat(all.process("n").launch().command().argv()).containsExactly("npm");
        assertThat(all.process("n").launch().workingDir()).isNotEqualTo("/srv/app");
        assertThat(all.process("n").log().path()).isNull();
        assertThat(all.comments()).contains("cwd: f(): is not run");
    }

    @Test
    void valuesOfVariablesAreNotInComments() {
        Imported all = Imported.of(
                Kind.PM2,
                "[{name: 'a', script: 'a.js', env_production: {OPEN: 'hidden-1'}, odd: ['X=hidden-2'],"
                        + " even: 'http://u:hidden-3@h/', env: {DB_PASS: 'p', U: 'tcp://a:b@c'}}]");
        assertThat(all.comments())
                .doesNotContain("hidden-")
                .contains("env_production: {OPEN}")
                .contains("X=…")
                .contains("as they did there: DB_PASS, U;");
    }
}
