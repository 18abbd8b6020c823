package dev.holdfast.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    private static final Set<String> FIELDS = Set.of("url", "name", "quality");

    private static Arguments of(Map<String, String> payload) {
        return Arguments.of(
                new Job("j1", "q", new TreeMap<>(payload), 0, null, Instant.EPOCH, 2, new Hold("j1", 7)), "/work/j1");
    }

    private static List<String> argv(Map<String, String> payload, String... templates) throws Arguments.Refusal {
        return of(payload).argv(List.of(templates), FIELDS);
    }

    @Test
    void fillsPlacesAndKeepsBraces() throws Arguments.Refusal {
        assertThat(argv(
                        Map.of("url", "http://x"),
                        "run",
                        "--out={workdir}/%(id)s",
                        "{id}/{queue}#{attempt}",
                        "{{id}}",
                        "{{{id}}}",
                        "{url}"))
                .containsExactly("run", "--out=/work/j1/%(id)s", "j1/q#2", "{id}", "{j1}", "http://x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "$(reboot)", "'; rm -rf /", "{id}", "*", "\n--exec", "", "{{", "\u2013x"})
    void aValueIsPartOfOneArgumentWhateverIsInIt(String value) throws Arguments.Refusal {
        assertThat(argv(Map.of("url", value), "run", "{url}", "<{url}>"))
                .containsExactly("run", value, "<" + value + ">");
    }

    @Test
    void aValueThatWouldBeAnOptionIsRefused() {
        assertThatThrownBy(() -> argv(Map.of("url", "--exec=reboot"), "run", "{url}"))
                .isInstanceOf(Arguments.Refusal.class)
                .hasMessageContaining("no -- stands before it");
        assertThatThrownBy(() -> argv(Map.of("name", "", "url", "x"), "run", "{name}-{url}"))
                .isInstanceOf(Arguments.Refusal.class);
        assertThatThrownBy(() -> argv(Map.of("name", "--", "url", "-x"), "run", "{name}", "{url}"))
                .isInstanceOf(Arguments.Refusal.class);
        assertThatThrownBy(() -> argv(Map.of("url", "-x"), "run", "{url}", "--"))
                .isInstanceOf(Arguments.Refusal.class);
    }

    @Test
    void aValueBehindTwoDashesOrInAnOptionIsNot() throws Arguments.Refusal {
        assertThat(argv(Map.of("url", "-x"), "run", "--", "{url}")).endsWith("-x");
        assertThat(argv(Map.of("url", "-x"), "run", "--url={url}")).endsWith("--url=-x");
    }

    @Test
    void aFieldThatTheJobDoesNotHaveIsEmpty() throws Arguments.Refusal {
        assertThat(argv(Map.of(), "run", "q={quality}")).containsExactly("run", "q=");
    }

    @Test
    void whatNobodyKnowsIsRefused() {
        assertThatThrownBy(() -> argv(Map.of(), "run", "{what}")).hasMessageContaining("{what}");
        assertThatThrownBy(() -> argv(Map.of("url", "a\0b"), "run", "{url}")).hasMessageContaining("NUL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "", "a/b", "../../etc"})
    void aValueIsNoWayOutOfADirectory(String value) {
        assertThatThrownBy(() -> of(Map.of("name", value)).directory("/ready/{name}", FIELDS))
                .isInstanceOf(Arguments.Refusal.class);
    }

    @Test
    void aDirectoryIsFilledIn() throws Arguments.Refusal {
        assertThat(of(Map.of("name", "a..b c")).directory("/ready/{id}/{name}", FIELDS))
                .isEqualTo("/ready/j1/a..b c");
    }

    @Test
    void aProgramIsToldWhatItWorksOn() {
        assertThat(of(Map.of("url", "x")).environment())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "HOLDFAST_JOB", "j1",
                        "HOLDFAST_QUEUE", "q",
                        "HOLDFAST_ATTEMPT", "2",
                        "HOLDFAST_WORKDIR", "/work/j1"));
    }

    @Test
    void theSameIsFoundWhenItIsSubmitted() {
        assertThat(Arguments.objection(SomeQueues.DOWNLOADS, "j", new TreeMap<>(Map.of("url", "-x"))))
                .isNull(); // behind --
        assertThat(Arguments.objection(SomeQueues.DOWNLOADS, "..", new TreeMap<>(Map.of("url", "x"))))
                .contains("id");
    }
}
