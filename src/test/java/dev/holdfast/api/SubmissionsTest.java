package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubmissionsTest {
    private static final Submission PLAIN = new Submission(new TreeMap<>(Map.of("url", "u")), null, null, 0);

    @Test
    void readsAJobWithAllThatCanBeSaid() {
        assertThat(Submissions.request("""
                {"payload": {"url": "u\\u00e9", "n": 12345678901234567890, "x": 1.50e3, "on": true, "off": null},
                 "id": "a-1", "delay": "90s", "priority": -5}"""))
                .isEqualTo(new Submissions.Read(
                        List.of(new Submission(
                                new TreeMap<>(
                                        Map.of("url", "ué", "n", "12345678901234567890", "x", "1.50e3", "on", "true")),
                                "a-1",
                                "1m30s",
                                -5)),
                        false));
    }

    @Test
    void readsListsOfJobs() {
        assertThat(Submissions.request("{\"jobs\": [{\"payload\": {\"url\": \"u\"}}, {\"payload\": {}}]}"))
                .isEqualTo(new Submissions.Read(List.of(PLAIN, new Submission(new TreeMap<>(), null, null, 0)), true));
    }

    @Test
    void aLineIsAJobOrItsFields() {
        assertThat(Submissions.line("{\"url\": \"u\"}")).isEqualTo(PLAIN);
        assertThat(Submissions.line(" {\"payload\": {\"url\": \"u\"}, \"id\": \"7\"} "))
                .isEqualTo(PLAIN.withId("7"));
        assertThat(Submissions.line("{\"payload\": \"text\", \"id\": \"7\"}").payload())
                .isEqualTo(Map.of("payload", "text", "id", "7"));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        var job = new Submission(new TreeMap<>(Map.of("a", "\u0001\"\\\n😀", "b", "")), "id", "5m", 100);
        assertThat(Submissions.line(Client.write(job))).isEqualTo(job);
        assertThat(Submissions.line(Client.write(PLAIN))).isEqualTo(PLAIN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | payload",
                "[] | JSON",
                "`` | JSON",
                "{\"payload\": {}} x | after the end",
                "{\"payload\": {}}{} | after the end",
                "{\"payload\": {\"a\": \"1\" | JSON",
                "{\"payload\": {\"a\": 1, \"a\": 2}} | \"a\" comes twice",
                "{\"payload\": {}, \"payload\": {}} | \"payload\" comes twice",
                "{\"payload\": {\"a\": [1]}} | payload.a is a list",
                "{\"payload\": {\"a\": {\"b\": 1}}} | payload.a is an object",
                "{\"payload\": {\"a\": 01}} | payload.a is no number",
                "{\"payload\": {\"a\": 1 2}} | payload.a is no number",
                "{\"payload\": {\"a\": tru}} | JSON",
                "{\"payload\": 5} | payload is missing",
                "{\"payload\": {}, \"prioritty\": 5} | \"prioritty\" is no part of a job",
                "{\"payload\": {}, \"priority\": 101} | -100 to 100",
                "{\"payload\": {}, \"priority\": 1.5} | whole number",
                "{\"payload\": {}, \"priority\": {}} | priority is no object",
                "{\"payload\": {}, \"delay\": \"5\"} | delay \"5\"",
                "{\"payload\": {}, \"delay\": -1} | delay \"-1\"",
                "{\"payload\": {}, \"id\": \"a b\"} | an id is",
                "{\"payload\": {}, \"id\": \"../a\"} | an id is",
                "{\"payload\": {}, \"id\": \"\"} | an id is",
                "{\"jobs\": []} | jobs is empty",
                "{\"jobs\": {}} | jobs is a list",
                "{\"jobs\": [{}]} | jobs[0]: payload is missing",
                "{\"jobs\": [{\"payload\": {}}, 5]} | jobs[1]: a job is an object",
                "{\"jobs\": [{\"payload\": {\"a\": {}}}]} | jobs[0]: payload.a is an object",
                "{\"jobs\": [{\"payload\": {}}], \"x\": 1} | beside jobs there is nothing"
            })
    void refusesWithAReason(String json, String reason) {
        assertThatThrownBy(() -> Submissions.request(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void isBoundedInNumberAndDepth() {
        String thousandAndOne = IntStream.range(0, 1001)
                .mapToObj(_ -> "{\"payload\":{}}")
                .collect(Collectors.joining(",", "{\"jobs\":[", "]}"));
        assertThatThrownBy(() -> Submissions.request(thousandAndOne)).hasMessageContaining("at most 1000 jobs");
        String longest = "x".repeat(32_000);
        assertThat(Submissions.line("{\"a\":\"" + longest + "\"}").payload()).containsEntry("a", longest);
        assertThatThrownBy(() -> Submissions.line("{\"a\":\"" + longest + "x\"}"))
                .hasMessageContaining("longer than 32000 characters");
        assertThat(Submissions.line("{\"a\":\"" + "\\u0451".repeat(32_000) + "\"}")
                        .payload())
                .as("an escape is a character")
                .containsEntry("a", "ё".repeat(32_000));
        assertThatThrownBy(() -> Submissions.line("{\"a\":\"" + "\\n".repeat(32_001) + "\"}"))
                .hasMessageContaining("longer than 32000 characters");
        assertThatThrownBy(() -> Submissions.line("{\"a\":\"\\u\"}, \"b\":\"1\"}"))
                .isInstanceOf(IllegalArgumentException.class);
        for (String deep : List.of("[".repeat(400_000), "{\"a\":".repeat(100_000))) {
            for (String json :
                    List.of(deep, "{\"payload\":{\"a\":" + deep, "{\"jobs\":[" + deep, "{\"payload\":" + deep)) {
                assertThatThrownBy(() -> Submissions.request(json)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void nothingElseEverComesOutOfIt() {
        String whole =
                "{\"jobs\":[{\"payload\":{\"a\":\"\\u00e9\",\"b\":-1.5e3,\"c\":null},\"id\":\"x\",\"delay\":\"5m\"}]}";
        for (int seed = 0; seed < 20_000; seed++) {
            var random = new Random(seed);
            var json = new StringBuilder(whole);
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                int at = random.nextInt(json.length());
                switch (random.nextInt(3)) {
                    case 0 -> json.setCharAt(at, "{}[]\",:\\e+-.0\u00001 ".charAt(random.nextInt(16)));
                    case 1 -> json.delete(at, Math.min(json.length(), at + 1 + random.nextInt(20)));
                    default -> json.insert(at, whole, 0, random.nextInt(whole.length()));
                }
                if (json.isEmpty()) {
                    break;
                }
            }
            try {
                assertThat(Submissions.request(json.toString()).jobs()).isNotEmpty();
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage())
                        .as("seed %d", seed)
                        .isNotBlank()
                        .hasSizeLessThan(400);
            }
        }
    }
}
