package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is too much for the daemon's heap is refused in words, at its place. */
class BudgetTest {
    private static final String HEAD = "version: 1\nprocesses:\n";

    @TempDir
    private Path dir;

    @Test
    void aFileIsAtMostFourMebibytesAndAllTogetherSix() throws IOException {
        String pad = "# " + "x".repeat(4000) + "\n";
        assertThat(only("version: 1\n" + pad.repeat(1050)))
                .endsWith(":1:1: the file has 4203161 bytes; a file has at most 4194304 (4 MiB)");
        Files.writeString(dir.resolve("a.yaml"), "global: {}\n" + pad.repeat(1000));
        Files.writeString(dir.resolve("b.yaml"), "processes: {}\n" + pad.repeat(1000));
        assertThat(only("version: 1\ninclude: [a.yaml, b.yaml]\n"))
                .contains(":2:19: \"" + dir.resolve("b.yaml") + "\" makes it 8006062 bytes with the files before it");
    }

    @Test
    void aValueIsNoLongerThanTheKernelTakesAndAllOfThemStayBounded() throws IOException {
        Files.writeString(dir.resolve("vars"), "X=" + "x".repeat(1_000_000) + "\nY=" + "y".repeat(100_000) + "\n");
        assertThat(only("version: 1\nenv_file: [vars]\nprocesses: { a: { command: [\"${X}\"] } }\n"))
                .contains(":3:29: ")
                .contains("a value has at most 131071 bytes, variables expanded");
        assertThat(only("version: 1\nenv_file: [vars]\nprocesses:\n  a:\n    command:\n"
                        + "      - \"${Y}\"\n".repeat(500)))
                .contains(
                        ":26:9: variables have made the values 2100000 characters together; at most 2097152 are read");
        assertThat(only(HEAD + "  a: { command: [\"" + "é".repeat(70_000) + "\"] }\n"))
                .contains("a value has at most 131071 bytes");
    }

    @Test
    void aReferenceThatGrowsWithinOneValueIsStoppedEarly() throws IOException {
        Files.writeString(dir.resolve("vars"), "X=" + "x".repeat(1_000_000) + "\n");
        assertThat(only("version: 1\nenv_file: [vars]\nprocesses: { a: { command: [\"" + "${X}".repeat(20_000)
                        + "\"] } }\n"))
                .contains("a value has at most 131071 bytes");
    }

    @Test
    void processesAndReplicasAreCounted() throws IOException {
        var many = new StringBuilder(HEAD);
        for (int i = 0; i <= 5000; i++) {
            many.append("  p").append(i).append(": { command: [x] }\n");
        }
        assertThat(only(many.toString())).endsWith(":5003:3: there are 5001 processes; at most 5000");
        assertThat(load(many.substring(0, many.lastIndexOf("  p")))).isInstanceOf(Loaded.Sound.class);
        var replicas = new StringBuilder(HEAD);
        for (int i = 0; i <= 10; i++) {
            replicas.append("  p").append(i).append(": { command: [x], replicas: 1000 }\n");
        }
        assertThat(only(replicas.toString()))
                .endsWith(":13:34: with these there are 11000 replicas of all processes; at most 10000");
    }

    @Test
    void valuesAreCountedAsTheyAreUsed() throws IOException {
        String list = "[" + "x, ".repeat(60_000) + "x]";
        assertThat(only(HEAD + "  a: { command: " + list + " }\n" + "  b: { command: " + list
                        + " }\n  c: { command: " + list + " }\n  d: { command: " + list + " }\n  e: { command: " + list
                        + " }\n"))
                .contains(":7:")
                .endsWith("from here on it is too much: a configuration has at most 250000 values, lists and mappings");
        var laid = new StringBuilder("version: 1\ndefaults: { process: { env: { ");
        for (int i = 0; i < 1000; i++) {
            laid.append("A").append(i).append(": b, ");
        }
        laid.append("Z: z } } }\nprocesses:\n");
        for (int i = 0; i < 1000; i++) {
            laid.append("  p").append(i).append(": { command: [x] }\n");
        }
        assertThat(only(laid.toString())).endsWith("values, lists and mappings, defaults and aliases laid out");
        var vars = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            vars.append("A").append(i).append("=b\n");
        }
        Files.writeString(dir.resolve("vars"), vars);
        assertThat(only(laid.toString().replaceFirst("env: \\{.*Z: z }", "env_file: [vars]")))
                .endsWith("values, lists and mappings, defaults and aliases laid out");
    }

    @Test
    void deepNestingIsRefusedWhereItBegins() throws IOException {
        assertThat(only("version: 1\nprocesses: " + "[".repeat(100_000)))
                .endsWith(":2:75: this is nested too deep; lists and mappings nest at most 64 deep");
        assertThat(only("version: 1\nprocesses: " + "{a: ".repeat(100_000))).contains("this is nested too deep");
        for (int i = 0; i < 40; i++) {
            Files.writeString(dir.resolve("i" + i + ".yaml"), "include: [i" + (i + 1) + ".yaml]\n");
        }
        assertThat(only("version: 1\ninclude: [i0.yaml]\n")).contains("includes are nested deeper than 16");
    }

    @Test
    void problemsThemselvesAreBounded() throws IOException {
        var wrong = new StringBuilder(HEAD);
        for (int i = 0; i < 3000; i++) {
            wrong.append("  p").append(i).append(": { command: [x], nice: 99 }\n");
        }
        Loaded loaded = load(wrong.toString());
        assertThat(loaded).isInstanceOf(Loaded.Unsound.class);
        List<Problem> problems = ((Loaded.Unsound) loaded).problems();
        assertThat(problems).hasSize(1001);
        assertThat(problems.getLast().message()).isEqualTo("and 2000 problems more");
    }

    private Loaded load(String yaml) throws IOException {
        return new ConfigLoader(Map.of(), false).load(Files.writeString(dir.resolve("holdfast.yaml"), yaml));
    }

    private String only(String yaml) throws IOException {
        Loaded loaded = load(yaml);
        assertThat(loaded).isInstanceOf(Loaded.Unsound.class);
        List<Problem> problems = ((Loaded.Unsound) loaded).problems();
        assertThat(problems).as(problems.toString()).hasSize(1);
        return problems.getFirst().toString();
    }
}
