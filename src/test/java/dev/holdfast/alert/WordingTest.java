package dev.holdfast.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.AlertSpec.Template;
import dev.holdfast.unit.Severity;
import io.avaje.jsonb.Jsonb;
import java.net.URI;
import java.time.ZoneId;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What letters say, and that nothing in them can do harm. */
class WordingTest {
    private static final Wording WORDING = new Wording("host1", ZoneId.of("Europe/Berlin"));

    @Test
    void theTextSaysWhatHappenedAndWhatWasDone() {
        String text = WORDING.text(Letters.of(Letters.full()));
        assertThat(text)
                .contains("CRITICAL  hog <b> Bcc: evil@example.org uses 1.2Gi")
                .contains("since 2026-11-20 11:00:00 +01:00, 2 times since it was told last")
                .contains("memory            1.2Gi   (> 1Gi)")
                .contains("Done: killed with TERM")
                .contains("  | line <one>")
                .contains("Look further: holdfast guard history")
                .contains("Key: guard/hog/4711")
                .contains("memory ▂▄ ▆█ 0 to")
                .contains("0 to 1200 MiB, one each 5s");
        assertThat(text.chars().filter(c -> c < ' ' && c != '\n'))
                .as("control characters")
                .isEmpty();
    }

    @Test
    void theSubjectIsOneLine() {
        String subject = WORDING.subject(Letters.of(Letters.full(), Letters.full()));
        assertThat(subject)
                .startsWith("[CRITICAL] host1: hog")
                .endsWith("(and 1 more)")
                .doesNotContain("\r", "\n", "\u001b");
        assertThat(WORDING.subject(Letters.of(Item.Kind.CLEARED, Letters.full())))
                .startsWith("[OK] host1: hog");
    }

    @Test
    void whatIsOverSaysAfterHowLong() {
        assertThat(WORDING.text(Letters.of(Item.Kind.CLEARED, Letters.full()))).contains("is over after 1m30s");
        assertThat(WORDING.text(Letters.of(Item.Kind.PASSED, Letters.full())))
                .contains("began at")
                .contains("is over after 1m30s");
    }

    @Test
    void thePageEscapesWhatProgramsSaid() {
        String html = new Page(WORDING).html(Letters.of(Letters.full()));
        assertThat(html)
                .contains("hog &lt;b&gt;")
                .contains("line &lt;one&gt;")
                .contains("First &amp; last.<br>")
                .contains("red above 1024")
                .doesNotContain("<b>\r", "<one>", "\u001b", "\u0000", "<img", "<svg", "http");
    }

    @ParameterizedTest
    @EnumSource(Template.class)
    void everyTemplateIsJson(Template template) {
        String body = new Payload(WORDING)
                .body(template, Letters.of(Letters.full()), URI.create("https://ntfy.example/alerts"), "key");
        assertThat(Jsonb.builder().build().type(Object.class).fromJson(body)).isInstanceOf(java.util.Map.class);
        assertThat(body.chars().filter(c -> c < ' ')).isEmpty();
    }

    @Test
    void chatsCallNobodyAndDrawNoLinks() {
        var o = Occasion.event("k", Severity.WARNING, "<!channel> @all [x](http://evil) *b*");
        assertThat(new Payload(WORDING).body(Template.SLACK, Letters.of(o), URI.create("http://x/"), null))
                .contains("&lt;!channel&gt;")
                .doesNotContain("<!channel>");
        assertThat(new Payload(WORDING).body(Template.MATTERMOST, Letters.of(o), URI.create("http://x/"), null))
                .contains("@\u200ball")
                .contains("\\\\[x\\\\](http://evil)")
                .doesNotContain("@all");
    }

    @ParameterizedTest
    @CsvSource({
        "https://ntfy.sh/alerts,https://ntfy.sh/,alerts",
        "https://ntfy.sh/alerts/,https://ntfy.sh/,alerts",
        "https://x.example/sub/topic?auth=a,https://x.example/sub/,topic",
    })
    void ntfyGetsItsTopicInTheBody(String url, String target, String topic) {
        assertThat(Payload.target(Template.NTFY, URI.create(url))).hasToString(target);
        assertThat(new Payload(WORDING).body(Template.NTFY, Letters.of(Letters.full()), URI.create(url), null))
                .contains("\"topic\":\"" + topic + "\"")
                .contains("\"priority\":5");
    }

    @Test
    void pagerdutyIsResolvedByTheKeyThatTriggered() {
        var payload = new Payload(WORDING);
        URI url = URI.create("https://events.pagerduty.com/v2/enqueue");
        assertThat(payload.body(Template.PAGERDUTY, Letters.of(Letters.full()), url, "secret"))
                .contains(
                        "\"event_action\":\"trigger\"",
                        "\"dedup_key\":\"host1/guard/hog/4711\"",
                        "\"routing_key\":\"secret\"");
        assertThat(payload.body(Template.PAGERDUTY, Letters.of(Item.Kind.CLEARED, Letters.full()), url, "secret"))
                .contains("\"event_action\":\"resolve\"", "\"dedup_key\":\"host1/guard/hog/4711\"");
    }

    @Test
    void anOccasionIsBounded() {
        var lines = new ArrayList<String>();
        for (int i = 0; i < 10_000; i++) {
            lines.add("x".repeat(10_000));
        }
        var o = Occasion.event("k".repeat(9_999), Severity.WARNING, "t".repeat(9_999))
                .withText("y".repeat(99_999))
                .withOutput(lines);
        assertThat(WORDING.text(Letters.of(o)).length()).isLessThan(40_000);
        assertThat(o.output()).hasSize(50);
    }

    @ParameterizedTest
    @CsvSource({
        "guard/*,guard/x/1,true",
        "guard/*,queue/x,false",
        "*,anything,true",
        "a?c,abc,true",
        "a?c,ac,false",
        "*/x/*,guard/x/1,true",
        "*x*x*x*x*y,xxxxxxxxxxxxxxxxxxxxxxxxxxx,false",
        "exact,exact,true",
        "exact,exacts,false",
    })
    void aSilencesPatternIsAGlob(String pattern, String key, boolean covers) {
        assertThat(Silence.matches(pattern, key)).isEqualTo(covers);
    }
}
