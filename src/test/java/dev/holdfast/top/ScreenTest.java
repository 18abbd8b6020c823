package dev.holdfast.top;

import static dev.holdfast.top.Told.NOW;
import static dev.holdfast.top.Told.replica;
import static dev.holdfast.top.Told.seen;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScreenTest {
    private static final Seen SEEN = seen(
            replica("web", 0, 3, "up", 12.5, 300 << 20, 512L << 20, ""),
            replica("web", 1, 3, "up", 99.0, 500 << 20, 512L << 20, ""),
            replica("web", 2, 3, "backoff", 0, 0, 512L << 20, "exit 1; again in 3s"),
            replica("mail", 0, 1, "failed", 0, 0, null, "gave up"),
            replica("db", 0, 1, "up", 3.0, 900 << 20, null, ""));

    private static List<String> lines(int width, int height, Seen seen, View view) {
        return new Screen(width, height, ZoneOffset.UTC)
                .of(seen, view, NOW).lines().stream().map(Line::text).toList();
    }

    @Test
    void showsWhatRunsAndWhatIsWrongOnASmallTerminal() {
        List<String> lines = lines(80, 24, SEEN, View.FIRST);
        assertThat(lines).hasSize(24).allMatch(l -> Line.columns(l) == 80);
        assertThat(lines.get(0)).startsWith("holdfast 0.1.0  pid 42  up 2h  warning  /etc/holdfast.yaml");
        assertThat(lines.get(1)).startsWith("5 replicas: 1 failed  1 backoff  3 up  · 1 schedule, 1 failed last");
        assertThat(lines.get(2)).startsWith("memory 81%");
        assertThat(lines.get(3)).startsWith("NAME▴").contains("STATE", "PID", "UPTIME", "CPU", "MEM");
        assertThat(lines.get(4)).startsWith("db ");
        assertThat(lines.get(5)).startsWith("mail ").contains("failed", "gave up");
        assertThat(lines.get(6)).startsWith("web/0").contains("up", "12.5%", "300.0Mi/512.0Mi");
        assertThat(lines.get(8)).startsWith("web/2").contains("backoff", "2 restarts; exit 1; again in 3s");
        assertThat(lines.getLast()).startsWith("? keys  q leave");
    }

    @Test
    void sortsFiltersAndDrawsATree() {
        assertThat(lines(80, 24, SEEN, View.FIRST.by(View.Sort.CPU)).subList(4, 9))
                .extracting(l -> l.substring(0, l.indexOf(' ')))
                .containsExactly("web/1", "web/0", "db", "mail", "web/2");
        assertThat(lines(80, 24, SEEN, View.FIRST.filtered("BACKOFF")).subList(4, 6))
                .satisfiesExactly(
                        l -> assertThat(l).startsWith("web/2"),
                        l -> assertThat(l).isBlank());
        List<String> tree = lines(80, 24, SEEN, View.FIRST.asTree(true));
        assertThat(tree.subList(4, 10))
                .extracting(l -> l.substring(0, 9).strip())
                .containsExactly("db", "mail", "web", "├─ web/0", "├─ web/1", "└─ web/2");
        assertThat(tree.get(6)).contains("2/3 up", "111.5%", "800.0Mi/1.5Gi");
    }

    @Test
    void saysThatNothingIsThereOrNobodyAnswers() {
        assertThat(lines(80, 24, SEEN, View.FIRST.filtered("zzz")).get(4)).startsWith("no processes with \"zzz\"");
        assertThat(lines(80, 24, Seen.NOTHING, View.FIRST).get(4)).startsWith("asking");
        var lost = new Seen(SEEN.status(), SEEN.health(), SEEN.at(), "no daemon answers", null, List.of(), Map.of());
        assertThat(lines(80, 24, lost, View.FIRST).getFirst()).contains("no daemon answers");
        assertThat(lines(80, 24, lost, View.FIRST).get(4)).startsWith("db"); // what was known is still there
    }

    @Test
    void schedulesQueuesAndHealthHaveTheirOwnLists() {
        assertThat(lines(80, 24, SEEN, View.FIRST.in(View.Pane.SCHEDULES)).get(4))
                .startsWith("backup   idle       2026-05-05 03:00:00");
        assertThat(lines(80, 24, SEEN, View.FIRST.in(View.Pane.QUEUES)).get(4)).startsWith("films ");
        assertThat(lines(80, 24, SEEN, View.FIRST.in(View.Pane.HEALTH)).get(4))
                .startsWith("host memory warning    81%");
    }

    @Test
    void theSelectedOneStaysInSightAmongAThousand() {
        Seen many = seen(IntStream.range(0, 1000)
                .mapToObj(i -> replica("p", i, 1000, "up", i, i, null, ""))
                .toArray(dev.holdfast.api.Status.Replica[]::new));
        for (String name : List.of("p/0", "p/5", "p/500", "p/998", "p/999")) {
            var picture = new Screen(80, 24, ZoneOffset.UTC).of(many, View.FIRST.selecting(name), NOW);
            assertThat(picture.lines().get(picture.selected()).text()).startsWith(name + " ");
        }
    }

    @Test
    void aLogIsShownUnderTheNameOfNoOther() {
        var seen = new Seen(SEEN.status(), SEEN.health(), NOW, "lost", "db", List.of("a line of db"), Map.of());
        assertThat(String.join(
                        "\n", lines(80, 24, seen, View.FIRST.withLog(true).selecting("db"))))
                .contains("log of db", "a line of db");
        assertThat(String.join(
                        "\n", lines(80, 24, seen, View.FIRST.withLog(true).selecting("mail"))))
                .contains("log of mail")
                .doesNotContain("a line of db");
    }

    @ParameterizedTest
    @CsvSource({"80,24", "120,40", "200,60", "40,10", "41,11", "39,9", "1,1", "300,12"})
    void everyPictureFitsWhateverIsInIt(int width, int height) {
        var random = new Random(3);
        for (int round = 0; round < 60; round++) {
            String nasty = random.ints(40, 0, 0x2ffff)
                    .filter(c -> !Character.isSurrogate((char) c) || c > 0xffff)
                    .mapToObj(Character::toString)
                    .reduce("\u001b[2J\u202e", String::concat);
            Seen seen = seen(
                    replica(nasty, 0, 1, "up", 1e9, Long.MAX_VALUE, 1L, nasty),
                    replica("漢字".repeat(20), 1, 2, nasty, 0, 0, null, "e\u0301".repeat(90)));
            var withLog = new Seen(seen.status(), seen.health(), NOW, null, nasty, List.of(nasty, nasty), seen.past());
            for (View v : List.of(
                    View.FIRST,
                    View.FIRST.asTree(true).withLog(true),
                    View.FIRST.with(new View.Mode.Filtering("")).filtered(nasty),
                    View.FIRST.with(new View.Mode.Reading(nasty, List.of(nasty), 0)),
                    View.FIRST.in(View.Pane.QUEUES).saying(nasty))) {
                var picture = new Screen(width, height, ZoneOffset.UTC).of(withLog, v, NOW);
                assertThat(picture.lines()).hasSize(height);
                for (Line l : picture.lines()) {
                    assertThat(Line.columns(l.text())).isEqualTo(width);
                    assertThat(l.text().codePoints()).noneMatch(Character::isISOControl);
                }
            }
        }
    }

    @Test
    void sparksShowTheShareOfACoreOrOfTheLargest() {
        assertThat(Columns.spark(List.of(0.0, 1.0, 50.0, 100.0), 16)).isEqualTo(" ▁▄█");
        assertThat(Columns.spark(List.of(200.0, 400.0), 16)).isEqualTo("▄█");
        assertThat(Columns.spark(List.of(9.0, 0.0, 0.0), 2)).isEqualTo("  ");
        assertThat(Screen.bar(0.5, 8)).isEqualTo("████░░░░");
        assertThat(Screen.bar(7.0, 4)).isEqualTo("████");
        assertThat(Screen.bar(null, 4)).isEmpty();
    }
}
