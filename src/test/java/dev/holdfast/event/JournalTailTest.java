package dev.holdfast.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.event.JournalTail.Entry;
import dev.holdfast.event.JournalTail.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTailTest {
    @TempDir
    private Path dir;

    private Path file;
    private JournalTail tail;

    @BeforeEach
    void begin() {
        file = dir.resolve("journal.jsonl");
        tail = new JournalTail(file);
    }

    private void write(int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            Files.writeString(file, "{\"n\":" + i + "}\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    private void rotate() throws IOException {
        Files.deleteIfExists(dir.resolve("journal.jsonl.1"));
        Files.move(file, dir.resolve("journal.jsonl.1"));
    }

    private static List<String> lines(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "{\"n\":" + i + "}").toList();
    }

    private static List<String> json(Page page) {
        return page.entries().stream().map(Entry::json).toList();
    }

    @Test
    void hasTheLastOnesThroughBothFilesAndNoneOfNone() throws IOException {
        assertThat(tail.last(5).entries()).isEmpty();
        assertThat(tail.end()).isEqualTo(JournalTail.BEGINNING);
        write(0, 4);
        rotate();
        assertThat(json(tail.last(2))).isEqualTo(lines(2, 4));
        write(4, 6);
        assertThat(json(tail.last(3))).isEqualTo(lines(3, 6));
        assertThat(json(tail.last(100))).isEqualTo(lines(0, 6));
    }

    @Test
    void goesOnBehindEachLineWhateverWasRotatedMeanwhile() throws IOException {
        write(0, 10);
        List<Entry> all = tail.last(100).entries();
        rotate();
        write(10, 13);
        for (int i = 0; i < all.size(); i++) {
            Page page = tail.after(all.get(i).id(), 100);
            assertThat(json(page)).isEqualTo(lines(i + 1, 13));
            assertThat(page.missed()).isFalse();
        }
        assertThat(json(tail.after(JournalTail.BEGINNING, 4))).isEqualTo(lines(0, 4));
        assertThat(json(tail.after(tail.end(), 4))).isEmpty();
    }

    @Test
    void pagesComeToTheEndEachLineOnce() throws IOException {
        write(0, 25);
        rotate();
        write(25, 40);
        var seen = new ArrayList<String>();
        String at = JournalTail.BEGINNING;
        for (Page page = tail.after(at, 7); !page.entries().isEmpty(); page = tail.after(at, 7)) {
            seen.addAll(json(page));
            at = page.entries().getLast().id();
        }
        assertThat(seen).isEqualTo(lines(0, 40));
    }

    @Test
    void saysWhenWhatCameBetweenIsGone() throws IOException {
        write(0, 3);
        String id = tail.end();
        rotate();
        write(3, 6);
        rotate();
        write(6, 7);
        Page page = tail.after(id, 100);
        assertThat(page.missed()).isTrue();
        assertThat(json(page)).isEqualTo(lines(3, 7));
    }

    @Test
    void aFileWithTheNumberOfAnotherIsToldFromItByItsLine() throws IOException {
        write(0, 1);
        String id = tail.end();
        Files.writeString(file, "{\"m\":0}\n{\"m\":1}\n"); // same inode, same length of the first line
        assertThat(tail.after(id, 10).missed()).isTrue();
        Files.writeString(file, "");
        assertThat(tail.after(id, 10).missed()).isTrue();
    }

    @Test
    void passesOverTornLinesAndWaitsForUnfinishedOnes() throws IOException {
        Files.writeString(file, "{\"n\":0}\n{\"n\":tor\n{\"n\n{\"\n{\"n\":\n[1]\n\n{\"n\":1}\n{\"n\":2");
        assertThat(json(tail.last(10))).isEqualTo(lines(0, 2));
        String id = tail.end();
        Files.writeString(file, "}\n", StandardOpenOption.APPEND);
        assertThat(json(tail.after(id, 10))).isEqualTo(lines(2, 3));
    }

    @Test
    void readsWhatTheJournalWrites() throws IOException {
        try (var journal = new Journal(file)) {
            journal.append(Map.of("text", "ä\n" + "x".repeat(30_000)));
            journal.append(Map.of("n", 1));
        }
        assertThat(json(tail.last(1))).isEqualTo(lines(1, 2));
        Page page = tail.after(tail.last(2).entries().getFirst().id(), 10);
        assertThat(json(page)).isEqualTo(lines(1, 2));
    }

    @Test
    void knowsALineAgainHoweverLongItIs() throws IOException {
        for (int length : List.of(4086, 4087, 4088, 4089, 4096, 8192, 100_000)) {
            Files.writeString(file, "{}\n{\"n\":\"" + "x".repeat(length) + "\"}\n");
            List<Entry> both = tail.last(2).entries();
            write(1, 2);
            assertThat(tail.after(both.getFirst().id(), 10).missed()).isFalse();
            Page page = tail.after(both.getLast().id(), 10);
            assertThat(page.missed()).as("%d", length).isFalse();
            assertThat(json(page)).isEqualTo(lines(1, 2));
        }
    }

    @Test
    void refusesWhatIsNoId() {
        for (String id : List.of("", "x", "1-2", "1-2-3-4", "1--3", "-1-2-3", "11111111111111111-0-0")) {
            assertThatThrownBy(() -> tail.after(id, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
