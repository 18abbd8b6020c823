package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void readsWhatItWrote() {
        Map<String, Object> value = Map.of("a \"\\\n\u0001é😀", List.of(1L, -2.5, true, "x"), "b", Map.of());
        assertThat(Json.read(Json.write(value))).isEqualTo(value);
    }

    @Test
    void readsEscapesNumbersAndNull() {
        assertThat(Json.read(" { \"a\" : [ \"\\u00e9\\n\\/\\ud83d\\ude00\" , 1e3, 12345678901234567890, null ] } "))
                .isEqualTo(Map.of("a", java.util.Arrays.asList("é\n/😀", 1000.0, 1.2345678901234567e19, null)));
    }

    @Test
    void halfOfAPairAloneIsWrittenEscaped() {
        assertThat(Json.write("\ud83d")).isEqualTo("\"\\ud83d\"");
        assertThat(Json.write("a😀\ude00")).isEqualTo("\"a😀\\ude00\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\":1 \"b\":2}",
                "01",
                "+1",
                "1.",
                "nul",
                "\"\t\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "[1] 2",
                "{\"a\":1,\"a\":2}",
                "NaN",
                "'a'",
                "\"abc",
                "-",
                "1e99999"
            })
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Json.read(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWhatIsTooDeep() {
        assertThatThrownBy(() -> Json.read("[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nested");
        assertThat(Json.read("[".repeat(32) + "]".repeat(32))).isInstanceOf(List.class);
    }
}
