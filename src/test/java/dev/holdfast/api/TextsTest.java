package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {
    @Test
    void halvesAreReplacedAndPairsStay() {
        assertThat(Texts.whole("a💥b")).isEqualTo("a💥b");
        assertThat(Texts.whole("a\uD83D")).isEqualTo("a\uFFFD");
        assertThat(Texts.whole("\uDCA5a\uD83D\uD83D\uDCA5")).isEqualTo("\uFFFDa\uFFFD💥");
    }

    @Test
    void nothingIsCutInHalf() {
        assertThat(Texts.cut("ab💥", 3)).isEqualTo("ab\uFFFD…");
        assertThat(Texts.cut("ab💥", 4)).isEqualTo("ab💥");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\ud83d\"",
                "\"\\uDCA5\"",
                "\"\\ud83d \\udca5\"",
                "\"\\ud83d\\n\"",
                "\"\\ud83d\\ud83d\\udca5\"",
                "\\ud83d"
            })
    void seesHalvesThatAreEscaped(String json) {
        assertThat(Texts.escapesHalves(json)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "\"\\ud83d\\udca5\"", "\"a\\\\ud83d\"", "\"\\u00e4\\n\\\"💥\"", "\"\\u12\"", "\"\\"})
    void seesNoneWhereThereAreNone(String json) {
        assertThat(Texts.escapesHalves(json)).isFalse();
    }
}
