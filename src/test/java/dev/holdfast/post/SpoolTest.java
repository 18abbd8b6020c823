package dev.holdfast.post;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.alert.Change;
import dev.holdfast.alert.Kept;
import dev.holdfast.alert.Letter;
import dev.holdfast.alert.Letters;
import dev.holdfast.alert.Moment;
import dev.holdfast.alert.Occasion;
import dev.holdfast.unit.Severity;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk is there again, whatever happened to the file. */
class SpoolTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    @TempDir
    Path dir;

    private final List<String> said = new ArrayList<>();

    private Spool spool() {
        return new Spool(dir.resolve("state/alerts"), said::add, said::add);
    }

    private static Letter letter(String channel) {
        Letter l = Letters.of(Occasion.event("k", Severity.WARNING, "title"));
        return new Letter("id-" + channel, channel, l.made(), l.items());
    }

    private static List<String> channels(Kept kept) {
        return kept.all().stream()
                .map(c -> ((Change.Post) c).letter().channel())
                .toList();
    }

    private void append(Spool spool, Kept kept, long at, Change change) {
        kept.apply(change);
        spool.append(new Moment(at, NOW), List.of(change), kept::all);
    }

    @Test
    void readsBackWhatCountsAndWhenItWasWritten() {
        try (Spool s = spool()) {
            Spool.Found found = s.open(NOW);
            assertThat(found.last()).isNull();
            append(s, found.kept(), 1, new Change.Post(letter("a")));
            append(s, found.kept(), 2, new Change.Post(letter("b")));
            append(s, found.kept(), 3, new Change.Posted("id-a"));
        }
        try (Spool s = spool()) {
            Spool.Found found = s.open(NOW);
            assertThat(channels(found.kept())).containsExactly("b");
            assertThat(found.last()).isEqualTo(new Moment(3, NOW));
        }
        assertThat(said).isEmpty();
    }

    @Test
    void aRecordThatADeathToreIsCutOffAndTheNextOnesAreRead() throws IOException {
        for (int cut : List.of(1, 5, 11, 13, 40)) {
            Path file = dir.resolve("state/alerts");
            Files.deleteIfExists(file);
            try (Spool s = spool()) {
                Kept kept = s.open(NOW).kept();
                append(s, kept, 1, new Change.Post(letter("a")));
                append(s, kept, 2, new Change.Post(letter("b")));
            }
            try (var f = new RandomAccessFile(file.toFile(), "rw")) {
                f.setLength(f.length() - cut);
            }
            try (Spool s = spool()) {
                Kept kept = s.open(NOW).kept();
                assertThat(channels(kept)).as("cut by " + cut).containsExactly("a");
                append(s, kept, 3, new Change.Post(letter("c")));
            }
            try (Spool s = spool()) {
                assertThat(channels(s.open(NOW).kept())).containsExactly("a", "c");
            }
        }
        assertThat(said).isEmpty();
    }

    @Test
    void whatIsDamagedInTheMiddleIsPutAsideAndSaid() throws IOException {
        Path file = dir.resolve("state/alerts");
        try (Spool s = spool()) {
            Kept kept = s.open(NOW).kept();
            append(s, kept, 1, new Change.Post(letter("a")));
            append(s, kept, 2, new Change.Post(letter("b")));
            append(s, kept, 3, new Change.Post(letter("c")));
        }
        try (var f = new RandomAccessFile(file.toFile(), "rw")) {
            f.seek(f.length() / 2);
            f.write(new byte[] {1, 2, 3, 4});
        }
        try (Spool s = spool()) {
            Kept kept = s.open(NOW).kept();
            assertThat(channels(kept)).containsExactly("a");
            append(s, kept, 4, new Change.Post(letter("d")));
        }
        assertThat(said)
                .anySatisfy(w -> assertThat(w).contains("cannot be read").contains("damaged"));
        assertThat(Files.exists(file.resolveSibling("alerts.damaged-" + NOW.getEpochSecond())))
                .isTrue();
        try (Spool s = spool()) {
            assertThat(channels(s.open(NOW).kept())).containsExactly("a", "d");
        }
    }

    @Test
    void staysSmallHoweverMuchIsWritten() throws IOException {
        try (Spool s = spool()) {
            Kept kept = s.open(NOW).kept();
            for (int i = 0; i < 2_000; i++) {
                append(s, kept, i, new Change.Post(letter("c" + i % 3)));
            }
            assertThat(Files.size(dir.resolve("state/alerts"))).isLessThan(300_000);
        }
        try (Spool s = spool()) {
            assertThat(channels(s.open(NOW).kept())).containsExactly("c0", "c1", "c2");
        }
    }

    @Test
    void nobodyElseMayReadIt() throws IOException {
        try (Spool s = spool()) {
            append(s, s.open(NOW).kept(), 1, new Change.Post(letter("a")));
        }
        assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(dir.resolve("state/alerts"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aFullDiskIsSaidOnceAndMadeUpForWhenThereIsRoom() throws Exception {
        Path small = Files.createDirectory(dir.resolve("small"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=64k", "none", small.toString()) == 0, "needs to mount");
        try (var s = new Spool(small.resolve("alerts"), said::add, said::add)) {
            Kept kept = s.open(NOW).kept();
            append(s, kept, 1, new Change.Post(letter("a")));
            Files.write(small.resolve("ballast"), new byte[48 * 1024]);
            Letter big = Letters.of(Occasion.event("k", Severity.WARNING, "t")
                    .withOutput(java.util.Collections.nCopies(50, "x".repeat(499))));
            append(s, kept, 2, new Change.Post(big));
            append(s, kept, 3, new Change.Post(letter("b")));
            assertThat(said).hasSize(1).first().asString().contains("cannot be kept on disk");
            Files.delete(small.resolve("ballast"));
            append(s, kept, 4, new Change.Post(letter("c")));
            assertThat(said).hasSize(2).last().asString().contains("kept on disk again");
            try (var again = new Spool(small.resolve("alerts"), said::add, said::add)) {
                assertThat(channels(again.open(NOW).kept())).containsExactly("a", "ops", "b", "c");
            }
        } finally {
            run("umount", "-l", small.toString());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
