package dev.holdfast.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.imports.Imported.Beside;
import dev.holdfast.source.Broken;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcfileTest {
    private static final String ALL = """
            # entries
            web: bundle exec puma -p $PORT
            worker: QUEUES='a b' exec bundle exec sidekiq -C "config/side kiq.yml"
            clock:   bin/tick | tee log
            release: bin/migrate
            """;

    private static Imported read(Kind.Choices choices) {
        return Imported.of(Kind.PROCFILE, ALL, Beside.NOTHING, choices, Map.of());
    }

    @Test
    void whatNeedsNoShellIsExecutedItself() {
        ProcessSpec worker = read(Kind.Choices.NONE).process("worker");
        assertThat(worker.launch().command().argv())
                .containsExactly("bundle", "exec", "sidekiq", "-C", "config/side kiq.yml");
        assertThat(worker.launch().environment()).containsOnly(Map.entry("QUEUES", "a b"), Map.entry("PORT", "5100"));
        assertThat(worker.launch().workingDir()).isEqualTo("/srv/app");
    }

    @Test
    void variablesAndPipesNeedAShell() {
        Imported all = read(Kind.Choices.NONE);
        assertThat(all.process("web").launch().command().argv())
                .containsExactly("/bin/sh", "-c", "bundle exec puma -p $PORT");
        assertThat(all.process("web").launch().environment()).containsEntry("PORT", "5000");
        assertThat(all.process("clock").launch().command().argv()).endsWith("bin/tick | tee log");
    }

    @Test
    void aReleaseRunsWhenAsked() {
        ProcessSpec release = read(Kind.Choices.NONE).process("release");
        assertThat(release.type()).isEqualTo(ProcessSpec.Type.ONESHOT);
        assertThat(release.manual()).isTrue();
    }

    @Test
    void aFormationSaysHowManyAndEachHasItsPort() {
        var choices = new Kind.Choices("", Map.of("web", 3, "all", 2, "worker", 0));
        Imported all = read(choices);
        assertThat(all.process("web").replicas()).isEqualTo(3);
        assertThat(all.process("web").portBase()).isEqualTo(5000);
        assertThat(all.process("web").launch().command().argv())
                .endsWith("PORT=\"$HOLDFAST_PORT\"; export PORT; exec bundle exec puma -p $PORT");
        assertThat(all.process("clock").replicas()).isEqualTo(2);
        assertThat(all.process("clock").launch().command().argv())
                .endsWith("PORT=\"$HOLDFAST_PORT\"; export PORT; exec sh -c 'bin/tick | tee log'");
        assertThat(all.process("worker").replicas()).isZero();
        assertThat(all.process("release").replicas()).isEqualTo(1);
    }

    @Test
    void aFormationOfWhatIsNotThereIsTold() {
        Imported all =
                Imported.of(Kind.PROCFILE, ALL, Beside.NOTHING, new Kind.Choices("", Map.of("wob", 2)), Map.of());
        assertThat(all.sheet().left()).isEqualTo(1);
        assertThat(all.comments()).contains("--formation wob: there is no such entry");
    }

    @Test
    void theEnvironmentFileBesideItIsTaken() throws Exception {
        Sheet sheet =
                Kind.PROCFILE.read("source", "web: x\n", new Beside(Map.of("/srv/app/.env", "A=1")), Kind.Choices.NONE);
        assertThat(sheet.yaml()).contains("env_file: [\"/srv/app/.env\"]");
    }

    @Test
    void anotherLineIsOneErrorWithItsPlace() {
        assertThatThrownBy(() -> Kind.PROCFILE.read("source", "web: x\nnonsense\n", Beside.NOTHING, Kind.Choices.NONE))
                .hasMessage("source:2:1: \"nonsense\" is no entry: NAME: COMMAND is expected");
    }

    @Test
    void aLeadingExecIsNotThereTwice() throws Broken {
        Sheet sheet = Kind.PROCFILE.read(
                "source",
                "web: exec bundle exec puma\n",
                Imported.Beside.NOTHING,
                new Kind.Choices("", Map.of("web", 2)));
        assertThat(sheet.yaml()).contains("export PORT; exec bundle exec puma");
    }
}
