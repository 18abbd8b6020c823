package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.Human;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanTest {
    @ParameterizedTest
    @CsvSource({"0, 0s", "59, 59s", "60, 1m", "192, 3m12s", "3600, 1h", "93600, 1d2h", "86400, 1d", "-3, 0s"})
    void timeHasItsTwoLargestUnits(long seconds, String text) {
        assertThat(Human.time(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.04, 0.0s", "1.25, 1.3s", "12.4, 12s", "192.2, 3m12s"})
    void shortTimeHasTenths(double seconds, String text) {
        assertThat(Human.time(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1023, 1023",
        "1024, 1.0Ki",
        "12897485, 12.3Mi",
        "1048575, 1.0Mi",
        "1073741824, 1.0Gi",
        "9223372036854775807, 8192.0Pi"
    })
    void bytesHaveOneDecimalAndAUnit(long bytes, String text) {
        assertThat(Human.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void unknownIsNoZero() {
        assertThat(Human.bytes(null)).isEqualTo("-");
        assertThat(Human.percent(null)).isEqualTo("-");
        assertThat(Human.percent(0.04)).isEqualTo("0.0%");
    }

    @Test
    void timesAreLocalAndRelative() {
        assertThat(Human.at("2026-11-21T05:50:00.123Z", ZoneOffset.ofHours(1))).isEqualTo("2026-11-21 06:50:00");
        assertThat(Human.ago("2026-11-21T05:50:00Z", Instant.parse("2026-11-21T05:58:01Z")))
                .isEqualTo("8m1s ago");
        assertThat(Human.at("unknown", ZoneOffset.UTC)).isEqualTo("unknown");
        assertThat(Human.ago("unknown", Instant.EPOCH)).isEmpty();
    }

    @Test
    void columnsAlignWithAndWithoutColour() {
        for (boolean coloured : new boolean[] {false, true}) {
            var lines = new Table(new Style(coloured))
                    .head("NAME", "STATE", "DETAIL")
                    .row(Table.cell("web"), Table.cell("up", Style.Paint.GREEN), Table.cell(""))
                    .row(Table.cell("späher"), Table.cell(""), Table.cell("late"))
                    .lines();
            assertThat(lines)
                    .map(l -> l.replaceAll("\u001b\\[\\d+m", ""))
                    .containsExactly("NAME    STATE  DETAIL", "web     up", "späher         late");
        }
    }

    @Test
    void textOfProgramsCannotDriveTheTerminal() {
        var lines = new Table(new Style(false)).row(Table.cell("a\u001b[2Jb")).lines();
        assertThat(lines).containsExactly("a\ufffd[2Jb");
    }

    @Test
    void colourIsAsAskedAndElseNotInPipes() {
        assertThat(Style.of(Style.When.ALWAYS, Map.of("NO_COLOR", "1")).coloured())
                .isTrue();
        assertThat(Style.of(Style.When.NEVER, Map.of()).coloured()).isFalse();
        assertThat(Style.of(Style.When.AUTO, Map.of("NO_COLOR", "1")).coloured())
                .isFalse();
    }
}
