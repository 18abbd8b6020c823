package dev.holdfast.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {
    private static Page page(String text) {
        return Page.of(Path.of("a.md"), text.lines().toList());
    }

    @Test
    void readsBlocksWithTheirMarksAndWhatStandsBeside() {
        Page page = page("""
                # A page
                <!-- beside: processes: {} -->
                ```yaml name=a.yaml
                a: 1
                ```
                - in a list
                  ```console until not-here=systemd
                  $ true
                  ```
                """);

        assertThat(page.blocks()).hasSize(2);
        Page.Block yaml = page.blocks().getFirst();
        assertThat(yaml.line()).isEqualTo(3);
        assertThat(yaml.mark("name")).isEqualTo("a.yaml");
        assertThat(yaml.beside()).containsExactly("processes: {}");
        assertThat(yaml.text()).isEqualTo("a: 1\n");
        assertThat(yaml.commands()).isFalse();
        Page.Block console = page.blocks().getLast();
        assertThat(console.commands()).isTrue();
        assertThat(console.lines()).containsExactly("$ true");
        assertThat(console.has("until")).isTrue();
        assertThat(console.mark("not-here")).isEqualTo("systemd");
        assertThat(console.beside()).isEmpty();
    }

    @Test
    void refusesWhatWouldNotBeTried() {
        assertThatThrownBy(() -> page("```\n$ rm x\n```")).hasMessage("a.md:1: commands in a block that is no console");
        assertThatThrownBy(() -> page("text\n\n    rm x")).hasMessageContaining("a.md:3: a block by indentation");
        assertThatThrownBy(() -> page("```console nothere=x\n```")).hasMessageContaining("is no mark of a block");
        assertThatThrownBy(() -> page("a\n```sh\ntrue")).hasMessage("a.md:2: a block that does not end");
    }

    @Test
    void turnsAreACommandAndWhatItPrints() {
        List<Turn> turns = Turn.of(List.of("$ a \\", "  b", "$ c", "x", "y"), 10);

        assertThat(turns).containsExactly(new Turn(10, "a \\\n  b", List.of()), new Turn(12, "c", List.of("x", "y")));
        assertThatThrownBy(() -> Turn.of(List.of("x"), 4)).hasMessage("line 4: output before a command");
    }

    @Test
    void dotsAloneSayNothing() {
        assertThat(new Turn(1, "a", List.of()).saysNothing()).isTrue();
        assertThat(new Turn(1, "a", List.of("...", " …")).saysNothing()).isTrue();
        assertThat(new Turn(1, "a", List.of("...", "...b")).saysNothing()).isFalse();
    }

    @Tag("process")
    @Test
    void aScriptEndsAtItsFirstFailure(@TempDir Path dir) throws IOException, InterruptedException {
        try (var shell = new Shell(dir, Map.of())) {
            assertThat(shell.script("a=1\nf() { false; }\nif f; then echo no; fi")
                            .exit())
                    .isZero();
            assertThat(shell.run("echo $a; f; echo went on").lines()).containsExactly("1", "went on");
            assertThat(shell.script("echo $a\n(exit 7)\necho no")).isEqualTo(new Shell.Ran(7, List.of("1")));
        }
    }

    @Test
    void dotsStandForText() {
        assertThat(matches("a\n...\nb", "a\nx\ny\nb")).isTrue();
        assertThat(matches("a\n...\nb", "a\nb")).isTrue();
        assertThat(matches("a\n...\nb", "a\nx")).isFalse();
        assertThat(matches("a\nb", "a\nb\nc")).isFalse();
        assertThat(matches("pid ... up", "pid 12 up")).isTrue();
        assertThat(matches("pid … up", "pid 12 down")).isFalse();
        assertThat(matches("a.c", "abc")).isFalse();
        assertThat(new Turn(1, "x", List.of()).matches(List.of("anything"), false))
                .isTrue();
    }

    @Test
    void numbersVaryOnlyWhereThePageSaysSo() {
        assertThat(matches("pid 12", "pid 13")).isFalse();
        assertThat(varying("web  up  12  1.5Mi", "web up 3456 800Ki")).isTrue();
        assertThat(varying("pid 12 up", "pid x up")).isFalse();
        assertThat(varying("web2 up", "web3 up"))
                .as("a digit within a word is the word's")
                .isFalse();
        assertThat(varying("0", "1")).as("what echo $? says").isFalse();
        assertThat(varying("a 1", "b 1")).isFalse();
    }

    private static boolean matches(String shown, String output) {
        return new Turn(1, "x", shown.lines().toList()).matches(output.lines().toList(), false);
    }

    private static boolean varying(String shown, String output) {
        return new Turn(1, "x", shown.lines().toList()).matches(output.lines().toList(), true);
    }
}
