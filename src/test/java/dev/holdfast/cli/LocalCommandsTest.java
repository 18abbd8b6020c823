package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class LocalCommandsTest {
    @TempDir
    private Path dir;

    @Test
    void checkSaysHowManyProcessesAreSound() throws IOException {
        Path file = write("version: 1\nprocesses: {a: {command: [x]}, b: {command: [y]}}\n");
        assertThat(Run.of("check", file.toString())).isEqualTo(new Run(0, file + ": sound: 2 processes\n", ""));
    }

    @Test
    void checkSaysHowManyOfEachKindAreSound() throws IOException {
        Path file = write("""
                version: 1
                schedules: {s: {every: 1h, command: [x]}}
                queues: {q: {command: [x]}, r: {command: [x]}}
                guard: {rules: {g: {match: {command: x}, any: [{runtime: "> 1m"}], action: log}}}
                """);
        assertThat(Run.of("check", file.toString()).out())
                .isEqualTo(file + ": sound: 1 schedule, 2 queues, 1 rule of the guard\n");
        assertThat(Run.of("check", write("version: 1\n").toString()).out()).isEqualTo(file + ": sound\n");
    }

    @Test
    void checkSaysEveryProblemAtItsPlace() throws IOException {
        Path file = write("version: 1\nprocesses:\n  a: {comand: [x]}\n  b: {command: [y], nice: 77}\n");
        Run run = Run.of("check", file.toString());
        assertThat(run.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .allMatch(l -> l.startsWith(file + ":"))
                .anyMatch(l -> l.contains(":3:7: ") && l.contains("command"))
                .anyMatch(l -> l.contains(":4:") && l.contains("77"));
    }

    @Test
    void checkOfNoFileIsAProblem() {
        Run run = Run.of("check", dir.resolve("none.yaml").toString());
        assertThat(run.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains("none.yaml");
    }

    @Test
    void starterIsSoundAndWholeWithinThisVersion() {
        Path file = dir.resolve("new.yaml");
        Run run = Run.of("init", file.toString());
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("wrote " + file);
        Loaded loaded = new ConfigLoader(Map.of(), true).load(file);
        assertThat(loaded).isInstanceOfSatisfying(Loaded.Sound.class, s -> {
            assertThat(s.config().processes()).containsOnlyKeys("prepare", "clock", "worker", "report");
        });
    }

    @Test
    void initLeavesAFileThatIsThere() throws IOException {
        Path file = write("mine");
        Run run = Run.of("init", file.toString());
        assertThat(run.code()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains("exists and is left as it is");
        assertThat(file).hasContent("mine");
    }

    @Test
    void initWritesToStandardOutput() {
        assertThat(Run.of("init", "-").out()).startsWith("# What Holdfast").contains("version: 1\n");
    }

    @Test
    void schemaIsJson() {
        assertThat(Run.of("schema").out()).startsWith("{").contains("\"$schema\"", "\"processes\"");
    }

    @Test
    void versionSaysIt() {
        assertThat(Run.of("version").out()).isEqualTo("holdfast " + Holdfast.VERSION + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    void completionKnowsTheCommands(String shell) {
        assertThat(Run.of("completion", shell).out()).contains("bashcompinit", "--dir", "schema");
    }

    @Test
    void completionKnowsWhatOptionsOfTheAuditTake() {
        assertThat(Run.of("completion").out())
                .contains("\"text\" \"json\" \"sarif\"", "\"note\" \"warning\" \"critical\"", "--write-baseline");
    }

    @Test
    void misuseSaysWhereHelpIs() {
        Run run = Run.of("chekc");
        assertThat(run.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err())
                .contains("chekc", "Did you mean", "check", "holdfast --help says more")
                .hasLineCount(3);
        assertThat(Run.of("check").err()).contains("FILE", "holdfast check --help says more");
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        var line = Holdfast.commandLine(new Holdfast(Map.of(), 1000));
        for (Map.Entry<String, CommandLine> command : line.getSubcommands().entrySet()) {
            String name = Objects.requireNonNull(command.getKey());
            Run run = Run.of(name, "--help");
            assertThat(run.code()).as(name).isZero();
            assertThat(run.out()).as(name).contains("Usage: holdfast " + name, "--dir", "--help");
            assertThat(command.getValue().getCommandSpec().usageMessage().description())
                    .as(name)
                    .isNotEmpty();
            if (!name.equals("version")) {
                assertThat(run.out()).as(name).contains("Example");
            }
        }
    }

    @Test
    void makesOnlyTheCommandThatIsNamedFirst() {
        var root = new Holdfast(Map.of(), 1000);
        assertThat(Holdfast.commandLine(root, "status", "web").getSubcommands()).containsOnlyKeys("status");
        assertThat(Holdfast.commandLine(root, "--dir", "d", "status").getSubcommands())
                .hasSizeGreaterThan(10);
        assertThat(Holdfast.commandLine(root, "completion").getSubcommands()).hasSizeGreaterThan(10);
    }

    @Test
    void saysWhatAPathInAnErrorIsAbout() {
        String path = dir.resolve("no/such/x.yaml").toString();
        assertThat(Run.of("init", path))
                .isEqualTo(new Run(1, "", "holdfast: " + path + ": no such file or directory\n"));
    }

    @Test
    void dirIsTakenBeforeAndAfterTheCommand() throws IOException {
        Path file = write("version: 1\nprocesses: {a: {command: [x]}}\n");
        assertThat(Run.of("--dir", "d", "check", file.toString()).code()).isZero();
        assertThat(Run.of("check", file.toString(), "--dir", "d").code()).isZero();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(dir.resolve("holdfast.yaml"), text);
    }
}
