package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.nodes.MappingNode;

class BinderTest {
    private final Problems problems = new Problems();

    @Test
    void readsAProcessInEveryForm() {
        ProcessSection p = Objects.requireNonNull(bind("""
                command: [php, artisan, "queue:work", 5]
                env: { A: b, C: "${HOME}/x", D: "$$5" }
                restart: on-failure
                depends_on: [db]
                io: { class: best-effort, priority: 7 }
                resources: { limits: { cpu: "0.5", memory: 512Mi } }
                """));
        assertThat(problems.list()).isEmpty();
        assertThat(p.command().argv()).containsExactly("php", "artisan", "queue:work", "5");
        assertThat(Objects.requireNonNull(p.env()).set()).isEqualTo(Map.of("A", "b", "C", "/root/x", "D", "$5"));
        assertThat(Objects.requireNonNull(p.restart()).policy()).isEqualTo(RestartSpec.Policy.ON_FAILURE);
        assertThat(p.umask().bits()).isEqualTo(022);
        assertThat(p.enabled()).isTrue();
    }

    /** The YAML library gives those a tag of their own. */
    @Test
    void aVariableNeedsNoQuotes() {
        ProcessSection p = Objects.requireNonNull(bind("""
                command:
                  - ${HOME}
                  - --at=${HOME}
                working_dir: ${HOME}
                """));
        assertThat(problems.list()).isEmpty();
        assertThat(p.command().argv()).containsExactly("/root", "--at=/root");
        assertThat(p.workingDir()).hasToString("/root");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "comand: [x]                          | 1:1: unknown key \"comand\", did you mean command?",
                "command: x: y                        | 1:11: this is not YAML",
                "command: [x]\\ncommand: [y]          | 2:1: duplicate key \"command\", first given in line 1",
                "command: !run [x]                    | 1:10: a tag such as \"!run\" means nothing here",
                "command: [x]\\nuser: !!binary eA==   | 2:7: a tag such as \"!!binary\" means nothing here",
                "command: [x]\\nuser: !ENV_VARIABLE x | 2:7: a tag such as \"!ENV_VARIABLE\" means nothing here",
                "command: [x]\\n!who user: x          | 2:1: a tag such as \"!who\" means nothing here",
                "<<: { command: [x] }                 | 1:1: YAML 1.2 has no merge keys (<<)",
                "command: []                          | 1:10: a command needs a program",
                "command:                             | 1:9: there is no value",
                "command: [x]\\nnice: high            | 2:7: \"high\": a whole number is expected",
                "command: [x]\\nnice: [1]             | 2:7: one value is expected here, not a list",
                "command: [x]\\ntype: onshot          | 2:7: \"onshot\": it is one of longrun, oneshot, did you mean oneshot?",
                "command: [x]\\numask: 089            | 2:8: \"089\": an octal mode has digits 0 to 7",
                "command: [x]\\nmax_runtime: 5        | 2:14: \"5\": a duration is numbers with",
                "command: [x]\\nstop: { signl: TERM } | 2:9: unknown key \"signl\", did you mean signal?",
                "command: [x]\\nstop: TERM            | 2:7: a stop is expected here, with keys of signal, timeout, command",
                "command: [x]\\nenv: { A: '${NO}' }   | 2:11: the variable NO is not set",
                "command: [x]\\nenabled: yes          | 2:10: \"yes\": it is true or false",
                "nice: 5                              | 1:1: the key command is missing",
                "~~                                   | 1:1: the file is empty",
                "[]                                   | 1:1: a file is a mapping",
            })
    void saysWhatIsWrongAndWhere(String yaml, String expected) {
        bind(yaml.replace("\\n", "\n").replace("~~", ""));
        assertThat(problems.list().stream().map(Problem::toString)).anyMatch(p -> p.startsWith("f.yaml:" + expected));
    }

    @Test
    void tellsEverythingInOneRun() {
        bind("comand: [x]\nnice: high\ntype: never\nstop: { timeout: soon }\n");
        assertThat(problems.list()).hasSize(5);
    }

    @Test
    void isNotBlownUpByAliases() {
        var bomb = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (char c = 'b'; c < 'k'; c++) {
            char p = (char) (c - 1);
            bomb.append("%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n".formatted(c, c, p, p, p, p, p, p, p, p));
        }
        bind(bomb.toString());
        assertThat(problems.list().toString()).contains("aliases");
    }

    @Test
    void survivesGarbage() {
        var random = new SplittableRandom(7);
        String good = "command: [php, artisan]\nenv: { A: b }\nrestart: { policy: always, delay: 1s }\n";
        for (int i = 0; i < 5_000; i++) {
            var text = new StringBuilder(good);
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, (char) random.nextInt(0x20, 0x7f));
                    default ->
                        text.insert(
                                at,
                                List.of("&a ", "*a", "\n  ", "\t", "\u0000", "{", "- ", "!!x ", "${")
                                        .get(random.nextInt(9)));
                }
            }
            ProcessSection section = bind(text.toString());
            assertThat(section == null && problems.isEmpty())
                    .as("silent: %s", text)
                    .isFalse();
        }
    }

    private @Nullable ProcessSection bind(String yaml) {
        MappingNode root = Yaml.read(yaml, "f.yaml", problems, new Budget());
        var binder = new Binder(problems, new Interpolation(Map.of("HOME", "/root")), new Budget());
        return root == null ? null : binder.bind(root, ProcessSection.class);
    }
}
