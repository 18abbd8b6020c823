package dev.holdfast.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is too large is sent with less, and can be read back. */
class EnclosureTest {
    private static int bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8).length;
    }

    @Test
    void whatFitsIsLeftAlone() {
        var e = new Enclosure("x".repeat(Enclosure.LONGEST), "<svg></svg>");
        assertThat(e.text()).hasSize(Enclosure.LONGEST);
        assertThat(e.html()).isEqualTo("<svg></svg>");
    }

    @Test
    void aLongTextIsCutAfterALineAndSaysSo() {
        String text = "zeichen ä€😀 und mehr\n".repeat(20_000);
        Enclosure e = new Enclosure(text, "");
        assertThat(bytes(e.text())).isBetween(Enclosure.LONGEST - 1_000, Enclosure.LONGEST);
        assertThat(e.text()).contains("mehr\n…\n").endsWith("holdfast report\n").doesNotContain("\ufffd");
        assertThat(bytes(new Enclosure("😀".repeat(200_000), "").text()))
                .isBetween(Enclosure.LONGEST - 10, Enclosure.LONGEST);
    }

    @Test
    void aLargePageLosesItsChartsAndThenItsWords() {
        String chart = "<svg class=\"c\">" + "<path d=\"M0 0\"/>\n".repeat(30_000) + "</svg>";
        assertThat(new Enclosure("", "<p>a</p>" + chart + "<p>b</p>" + chart).html())
                .isEqualTo("<p>a</p><p>b</p>");
        assertThat(new Enclosure("", "<p>" + "ä".repeat(300_000)).html())
                .startsWith("<!DOCTYPE html>")
                .contains("too large to be sent");
    }

    @Test
    void whatIsKeptCanBeRead() throws IOException {
        var e = new Enclosure("€".repeat(399_000), "€".repeat(133_000));
        Letter l = Letter.report(
                "id",
                "ops",
                Instant.EPOCH,
                new Item(
                        Item.Kind.RAISED,
                        Severity.WARNING,
                        Occasion.event("report/weekly", Severity.WARNING, "a report"),
                        Instant.EPOCH,
                        null,
                        1,
                        0,
                        ""),
                e);
        var batch = new Codec.Batch(new Moment(1, Instant.EPOCH), List.of(new Change.Post(l)));
        assertThat(Codec.read(Codec.write(batch))).isEqualTo(batch);
    }
}
