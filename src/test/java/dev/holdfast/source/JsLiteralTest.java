package dev.holdfast.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsLiteralTest {
    private final List<String> unread = new ArrayList<>();

    private Tree.Table read(String text) throws Broken {
        return (Tree.Table) JsLiteral.read("f", text, "/srv", (line, code) -> unread.add(line + ": " + code));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'a\\'b\\n\\u0041\\x42' | a'b\\nAB",
                "\"it's\" | it's",
                "`two words` | two words",
                "`${__dirname}/x` | /srv/x",
                "__dirname + '/y' | /srv/y",
                "path.join(__dirname, '..', \"z\") | /z",
                "path.resolve(__dirname, 'z') | /srv/z",
                "0x10 | 16",
                "1_000 | 1000",
                "1e3 | 1000",
                "-1.5 | -1.5",
                "60 * 1000 | 60000",
                "undefined | null",
                "/* c */ true // d | true",
            })
    void valuesThatCanBeToldAreTold(String written, String value) throws Broken {
        assertThat(read("module.exports = { a: " + written + "\n}").text("a"))
                .isNotNull()
                .extracting(t -> t.value().replace("\n", "\\n"))
                .isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "process.env.A || 'b'",
                "a ? 'x, y' : { z: 1 }",
                "f('(', [1, 2])",
                "`${os.cpus().length}`",
                "function () { return [1, 2]; }",
                "() => { a; b; }",
                "'a' + b",
            })
    void anyOtherExpressionIsCode(String code) throws Broken {
        Tree.Table table = read("module.exports = {\n  a: " + code + ", b: 1 }");
        assertThat(table.get("a")).isEqualTo(new Tree.Code(code, 2, 5));
        assertThat(table.text("b")).isNotNull();
    }

    @Test
    void statementsAboveAreConstantsOrTold() throws Broken {
        Tree.Table table = read("""
                'use strict'
                import os from 'os'
                const { a } = require('a')
                const name = 'n'
                let port: number = 5;
                if (x) { y() }
                /** @type {x} */
                module.exports = { name, port: port, [k]: 1, m() { return 1 }, ...other }
                """);
        assertThat(table.text("name")).isNotNull().extracting(Tree.Text::value).isEqualTo("n");
        assertThat(table.text("port")).isNotNull().extracting(Tree.Text::value).isEqualTo("5");
        assertThat(table.get("...other")).isInstanceOf(Tree.Code.class);
        assertThat(table.get("m")).isInstanceOf(Tree.Code.class);
        assertThat(unread).hasSize(3).anyMatch(u -> u.startsWith("2: ")).anyMatch(u -> u.startsWith("3: "));
    }

    @Test
    void whateverIsWrittenThereIsAValueOrOneError() {
        String alphabet = "{}[]()'\"`,:; \n\\/*$=.ab1";
        var random = new Random(7);
        int broken = 0;
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder("module.exports = ");
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                assertThat(JsLiteral.read("f", text.toString(), "", (line, code) -> {}))
                        .isNotNull();
            } catch (Broken e) {
                broken++;
                assertThat(e.getMessage()).matches("(?s)f:\\d+:\\d+: .+");
            }
        }
        assertThat(broken).isBetween(1_000, 20_000);
    }

    @Test
    void nestingHasABound() {
        assertThatThrownBy(() -> read("[".repeat(10_000)))
                .isInstanceOf(Broken.class)
                .hasMessageContaining("deep");
    }

    @Test
    void manyCommentsAreBlanks() throws Broken {
        assertThat(read("// c\n".repeat(20_000) + "module.exports = { a: 1 }").text("a"))
                .isEqualTo(new Tree.Text("1", 20_001, 22, true));
    }
}
