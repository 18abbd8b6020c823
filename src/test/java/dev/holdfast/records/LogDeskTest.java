package dev.holdfast.records;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.api.Follow;
import dev.holdfast.api.LogPage;
import dev.holdfast.api.RecordsPort.LogWish;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogDeskTest {
    private static final LogWish ALL = new LogWish(null, null, null);

    @TempDir
    private Path dir;

    private int replicas = 1;
    private final AtomicLong nanos = new AtomicLong();
    private final LogDesk desk = new LogDesk(this::files);

    private SortedMap<Integer, LogDesk.LogFile> files(String name) throws Refused {
        if (!name.equals("web")) {
            throw new Refused(404, new Failure("unknown", List.of()));
        }
        var files = new TreeMap<Integer, LogDesk.LogFile>();
        for (int i = 0; i < replicas; i++) {
            files.put(i, new LogDesk.LogFile(replicas == 1 ? "web" : "web/" + i, file(i)));
        }
        return files;
    }

    private Path file(int replica) {
        return dir.resolve("web." + replica + ".log");
    }

    /** @param lines such as {@code 05:50:01 stdout F text} */
    private void write(int replica, String... lines) throws IOException {
        for (String line : lines) {
            Files.writeString(file(replica), "2026-11-21T" + line.replaceFirst(" ", "Z ") + "\n", CREATE, APPEND);
        }
    }

    private void numbered(int replica, int from, int to) throws IOException {
        for (int i = from; i < to; i++) { // three in each second
            write(replica, "05:%02d:%02d stdout F %d".formatted(i / 180, i / 3 % 60, i));
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private void rotate() throws IOException {
        for (int i = 5; i > 0; i--) {
            Path older = dir.resolve("web.0.log." + i);
            if (Files.exists(older)) {
                Files.move(older, dir.resolve("web.0.log." + (i + 1)));
            }
        }
        Files.move(file(0), dir.resolve("web.0.log.1"));
    }

    private static List<String> texts(LogPage page) {
        return page.lines().stream().map(LogPage.Entry::text).toList();
    }

    /** What comes until so many have. */
    private static List<Follow.Item> follow(Follow follow, int many) throws IOException, InterruptedException {
        var items = new ArrayList<Follow.Item>();
        while (items.size() < many) {
            items.addAll(follow.next(Duration.ofSeconds(1)));
        }
        return items;
    }

    private static List<String> texts(List<Follow.Item> items) {
        return items.stream()
                .map(i -> i.json().replaceFirst(".*\"text\":\"", "").replaceFirst("\"}$", ""))
                .toList();
    }

    @Test
    void hasTheLastLinesAlsoOfTheFileBefore() throws Exception {
        assertThat(desk.page("web", ALL, 10).lines()).isEmpty();
        numbered(0, 0, 20);
        assertThat(texts(desk.page("web", ALL, 5))).isEqualTo(numbers(15, 20));
        rotate();
        assertThat(texts(desk.page("web", ALL, 5))).isEqualTo(numbers(15, 20));
        numbered(0, 20, 22);
        assertThat(texts(desk.page("web", ALL, 5))).isEqualTo(numbers(17, 22));
    }

    @Test
    void tellsWhatIsKnownOfALine() throws Exception {
        write(0, "05:50:01 stderr F ERROR boom");
        LogPage.Entry line = desk.page("web", ALL, 1).lines().getFirst();
        assertThat(line.at()).isEqualTo("2026-11-21T05:50:01Z");
        assertThat(line)
                .extracting(LogPage.Entry::process, LogPage.Entry::stream, LogPage.Entry::level)
                .containsExactly("web", "stderr", "error");
    }

    @Test
    void filters() throws Exception {
        write(0, "05:50:01 stdout F INFO one", "05:50:02 stderr F WARN two", "05:50:03 stdout F ERROR three");
        assertThat(texts(desk.page("web", new LogWish("t(w|hr)", null, null), 9)))
                .containsExactly("WARN two", "ERROR three");
        assertThat(texts(desk.page("web", new LogWish(null, "stderr", null), 9)))
                .containsExactly("WARN two");
        assertThat(texts(desk.page("web", new LogWish(null, null, "error"), 9))).containsExactly("ERROR three");
        assertThatThrownBy(() -> desk.page("web", new LogWish("(", null, null), 9))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("grep");
    }

    @Test
    void saysWhetherThereMayBeMoreBefore() throws Exception {
        numbered(0, 0, 50);
        assertThat(desk.page("web", new LogWish(null, null, null), 50).older()).isTrue(); // it may be
        assertThat(desk.page("web", new LogWish(null, null, null), 51).older()).isFalse();
        assertThat(desk.page("web", new LogWish("[05]$", null, null), 10).older())
                .isFalse();
        assertThat(desk.page("web", new LogWish("[05]$", null, null), 9).older())
                .isTrue();
    }

    /** Any program may print it, into a log of format raw. */
    @Test
    void aTimeThatCannotBeIsNone() throws Exception {
        Files.writeString(file(0), "9999-01-01T00:00:00Z stdout F far\n0001-01-01T00:00:00Z stdout F long ago\n");
        LogPage page = desk.page("web", new LogWish(null, null, null), 9);
        assertThat(texts(page)).containsExactly("far", "long ago");
        for (LogPage.Entry e : page.lines()) {
            assertThat(LogTrail.places(e.id())).as(e.id()).isNotNull();
        }
    }

    @Test
    void aSearchThatTakesLongSaysWhereToGoOn() throws Exception {
        replicas = 2;
        numbered(0, 0, 50);
        numbered(1, 50, 60);
        var fives = new LogWish("[05]$", null, null);
        assertThat(desk.page("web", fives, 99).cut()).isNull();
        long aLook = LogDesk.SEARCH.dividedBy(30).toNanos();
        var slow = new LogDesk(this::files, () -> nanos.addAndGet(aLook)); // 30 lines, and it is over
        LogPage page = slow.page("web", fives, 99);
        assertThat(texts(page)).containsExactly("0", "5", "10", "15", "20", "25");
        try (Follow follow = slow.follow("web", fives, page.cut())) {
            assertThat(texts(follow(follow, 6))).containsExactlyInAnyOrder("30", "35", "40", "45", "50", "55");
        }
        assertThat(slow.page("web", ALL, 99).lines())
                .as("the last lines are no search")
                .hasSize(60);
    }

    @Test
    void goesOnBehindEachLineThroughRotations() throws Exception {
        numbered(0, 0, 12);
        rotate();
        numbered(0, 12, 20);
        List<LogPage.Entry> lines = desk.page("web", ALL, 100).lines();
        rotate();
        numbered(0, 20, 23);
        for (int i = 0; i < lines.size(); i++) {
            try (Follow follow = desk.follow("web", ALL, lines.get(i).id())) {
                assertThat(texts(follow(follow, 22 - i))).isEqualTo(numbers(i + 1, 23));
                numbered(0, 23, 23);
            }
        }
    }

    @Test
    void followsWhatComesAndNothingElse() throws Exception {
        numbered(0, 0, 5);
        try (Follow follow = desk.follow("web", ALL, null)) {
            assertThat(follow.next(Duration.ofMillis(10))).isEmpty();
            numbered(0, 5, 7);
            List<Follow.Item> first = follow(follow, 2);
            assertThat(texts(first)).isEqualTo(numbers(5, 7));
            assertThat(first).allMatch(i -> i.event().equals("line"));
            rotate();
            numbered(0, 7, 9);
            assertThat(texts(follow(follow, 2))).isEqualTo(numbers(7, 9));
            try (Follow another = desk.follow("web", ALL, first.getFirst().id())) {
                assertThat(texts(follow(another, 3))).isEqualTo(numbers(6, 9));
            }
        }
    }

    @Test
    void followsSeveralReplicasAndResumesEachWhereItStood() throws Exception {
        replicas = 3;
        write(0, "05:50:01 stdout F a1", "05:50:04 stdout F a2");
        write(1, "05:50:02 stdout F b1", "05:50:03 stdout F b2");
        LogPage page = desk.page("web", ALL, 3);
        assertThat(texts(page)).containsExactly("b1", "b2", "a2");
        write(1, "05:50:05 stdout F b3");
        write(2, "05:50:01 stdout F c1");
        try (Follow follow = desk.follow("web", ALL, page.lines().get(1).id())) {
            assertThat(texts(follow(follow, 3))).containsExactly("c1", "a2", "b3");
        }
        try (Follow follow = desk.follow("web", ALL, page.lines().get(2).id())) {
            assertThat(texts(follow(follow, 2))).containsExactly("c1", "b3");
        }
    }

    @Test
    void noticesReplicasThatCome() throws Exception {
        try (Follow follow = desk.follow("web", ALL, null)) {
            replicas = 2;
            write(1, "05:50:01 stdout F new");
            await().until(() -> texts(follow.next(Duration.ofSeconds(1))), List.of("new")::equals);
        }
    }

    @Test
    void refusesWhatIsNoNameIdOrTooMany() {
        assertThatThrownBy(() -> desk.page("db", ALL, 1)).isInstanceOf(Refused.class);
        for (String id : List.of("x", "0.1", "0.1.1,", "0.zzzzzzzzzzzzz.1", "99999.1.1")) {
            assertThatThrownBy(() -> desk.follow("web", ALL, id))
                    .as(id)
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("no id");
        }
        replicas = 33;
        assertThatThrownBy(() -> desk.follow("web", ALL, null)).hasMessageContaining("such as web/0");
    }

    @Test
    void longLinesAreCutAndAnAnswerHasItsBound() throws Exception {
        for (int i = 0; i < 100; i++) {
            write(0, "05:50:01 stdout F " + "x".repeat(100_000));
        }
        List<LogPage.Entry> lines = desk.page("web", ALL, 1000).lines();
        assertThat(lines.size()).isBetween(25, 35);
        assertThat(lines.getLast().text()).hasSizeLessThan(33_000).endsWith("… (100000 bytes)");
        assertThat(lines.getLast().text()).startsWith("x".repeat(32_000) + "…");
    }

    @Test
    void ofALineInPiecesTheBeginningIsKeptAndNoCharacterIsParted() throws Exception {
        for (int i = 0; i < 10; i++) {
            write(0, "05:50:01 stdout P " + (i == 0 ? "x" : "") + "ä".repeat(8000));
        }
        write(0, "05:50:01 stdout F end", "05:50:02 stdout F next");
        assertThat(texts(desk.page("web", ALL, 9)))
                .containsExactly("x" + "ä".repeat(15_999) + "… (160004 bytes)", "next");
    }

    @Test
    void idsOfManyReplicasNameTheLinesOwn() throws Exception {
        replicas = 33;
        write(32, "05:50:01 stdout F a", "05:50:02 stdout F b");
        write(1, "05:50:03 stdout F c");
        List<LogPage.Entry> lines = desk.page("web", ALL, 9).lines();
        assertThat(lines).extracting(LogPage.Entry::text).containsExactly("a", "b", "c");
        assertThat(lines).extracting(e -> e.id().replaceFirst("\\..*", "")).containsExactly("32", "32", "1");
    }

    @Test
    void logsThatAreOpenForAllWhoFollowHaveABound() throws Exception {
        replicas = 32;
        var following = new ArrayList<Follow>();
        for (int i = 0; i < 8; i++) {
            following.add(desk.follow("web", ALL, null));
        }
        assertThatThrownBy(() -> desk.follow("web", ALL, null)).hasMessageContaining("already");
        following.removeLast().close();
        following.add(desk.follow("web", ALL, null));
        following.forEach(Follow::close);
        try (Follow again = desk.follow("web", ALL, null)) {
            assertThat(again.next(Duration.ofMillis(1))).isEmpty();
        }
    }
}
