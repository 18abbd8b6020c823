package dev.holdfast.store;

import static dev.holdfast.store.StoreUnderTest.ask;
import static dev.holdfast.store.StoreUnderTest.attempt;
import static dev.holdfast.store.StoreUnderTest.change;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One file, and what may befall it. */
@Timeout(120)
class StoreTest {
    private static final Retention MUCH = new Retention(1000, Duration.ofDays(36500));

    @TempDir
    Path home;

    private Path file() {
        return home.resolve("holdfast.db");
    }

    @Test
    void nothingIsThereBeforeSomethingIsAsked() {
        try (var s = new StoreUnderTest(file())) {
            assertThat(s.said).isEmpty();
        }
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void whatItToldIsThereAfterReopeningAndNobodyElseMayReadIt() throws Exception {
        try (var s = new StoreUnderTest(file())) {
            assertThat(s.history.add(attempt("a", 1)).get()).isTrue();
            assertThat(s.history.add(attempt("a", 1)).get())
                    .as("the same once more")
                    .isFalse();
            assertThat(s.history.output("a-1", 1, "line\nlast").get()).isTrue();
            assertThat(s.history.output("none", 1, "x").get()).isFalse();
            for (Path part : List.of(file(), home.resolve("holdfast.db-wal"), home.resolve("holdfast.db-shm"))) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(part)))
                        .as(part.toString())
                        .isEqualTo("rw-------");
            }
        }
        try (var s = new StoreUnderTest(file())) {
            Attempt kept = s.history.of("a", 10, true).getFirst();
            assertThat(kept.output()).isEqualTo("line\nlast");
            assertThat(kept.ending()).isEqualTo(attempt("a", 1).ending());
            assertThat(kept.started()).isEqualTo(attempt("a", 1).started());
            assertThat(s.history.of("a", 10, false)).containsExactly(attempt("a", 1));
            assertThat(s.history.lately(List.of("a", "b"), 10)).containsOnlyKeys("a");
            Instant ended = Objects.requireNonNull(kept.ended());
            assertThat(s.history.since("a", ended.minusSeconds(1), 10)).containsExactly(attempt("a", 1));
            assertThat(s.history.since("a", ended, 10)).isEmpty();
            assertThat(s.store.read(r -> r.number("PRAGMA synchronous")).get()).isEqualTo(2); // FULL
            assertThat(s.store.read(r -> r.number("PRAGMA foreign_keys")).get()).isEqualTo(1);
            assertThat(s.store.read(r -> r.number("PRAGMA busy_timeout")).get()).isEqualTo(10_000);
            assertThat(s.said).isEmpty();
        }
        assertThat(ask(file(), "PRAGMA journal_mode")).containsExactly("wal");
        assertThat(ask(file(), "PRAGMA auto_vacuum")).containsExactly("2"); // INCREMENTAL
    }

    @Test
    void whatFailsByItselfFailsAlone() throws Exception {
        try (var s = new StoreUnderTest(file())) {
            var good = new ArrayList<CompletableFuture<Boolean>>();
            good.add(s.history.add(attempt("a", 1)));
            CompletableFuture<Integer> bad = s.store.write(w -> w.change("INSERT INTO nowhere VALUES (1)"));
            CompletableFuture<Integer> bug = s.store.write(w -> {
                throw new IllegalStateException("planted");
            });
            good.add(s.history.add(attempt("a", 2)));
            for (var g : good) {
                assertThat(g.get()).isTrue();
            }
            assertThatThrownBy(bad::get).isInstanceOf(ExecutionException.class).hasMessageContaining("nowhere");
            assertThatThrownBy(bug::get).hasMessageContaining("planted");
            assertThat(s.history.of("a", 10, false)).hasSize(2);
        }
    }

    @Test
    void keepsSoManyOfEachAndNoneThatIsTooOld() throws Exception {
        try (var s = new StoreUnderTest(file(), Migrations.ALL, new Retention(3, Duration.ofDays(36500)))) {
            for (int i = 0; i < 10; i++) {
                s.history.add(attempt("a", i)).get();
            }
            s.history.add(attempt("b", 1)).get();
            assertThat(s.history.of("a", 100, false)).extracting(Attempt::run).containsExactly("a-7", "a-8", "a-9");
            assertThat(s.history.of("b", 100, false)).hasSize(1);
        }
        try (var s = new StoreUnderTest(file(), Migrations.ALL, new Retention(3, Duration.ofDays(1)))) {
            s.history.add(attempt("c", 1)).get(); // tidies before anything else
            assertThat(s.history.of("a", 100, false)).isEmpty();
            assertThat(s.history.of("b", 100, false)).isEmpty();
        }
    }

    @Test
    void givesBackRoomThatNothingIsInAnyMore() throws Exception {
        String much = "x".repeat(8000);
        try (var s = new StoreUnderTest(file(), Migrations.ALL, new Retention(1, Duration.ofDays(36500)))) {
            var all = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 1000; i++) {
                all.add(s.history.add(attempt("s" + i, i)));
                all.add(s.history.output("s" + i + "-" + i, 1, much));
            }
            for (var a : all) {
                a.get();
            }
        }
        long large = Files.size(file());
        try (var s = new StoreUnderTest(file(), Migrations.ALL, new Retention(1, Duration.ofDays(1)))) {
            for (int i = 0; i < 3000; i++) {
                s.history.add(attempt("c", i)).get();
            }
        }
        assertThat(large).isGreaterThan(8_000_000);
        assertThat(Files.size(file())).isLessThan(large / 4);
    }

    @TestFactory
    Stream<DynamicTest> comesFromEveryOlderSchema() {
        return IntStream.rangeClosed(0, Migrations.ALL.newest() - 1)
                .mapToObj(v -> DynamicTest.dynamicTest("from " + v, () -> {
                    Path old = Files.createDirectories(home.resolve("v" + v)).resolve("holdfast.db");
                    var before =
                            new Migrations(List.copyOf(Migrations.ALL.names().subList(0, v)));
                    try (var s = new StoreUnderTest(old, before, MUCH)) {
                        s.store.write(w -> 0).get();
                        if (v > 0) {
                            s.history.add(attempt("old", 1)).get();
                        }
                        if (v > 1) {
                            assertThat(s.history
                                            .claim("nightly", StoreUnderTest.THEN, "r", "h")
                                            .get())
                                    .isTrue();
                        }
                    }
                    assertThat(ask(old, "PRAGMA user_version")).containsExactly(Integer.toString(v));
                    try (var s = new StoreUnderTest(old)) {
                        assertThat(s.history.of("old", 10, false)).hasSize(v > 0 ? 1 : 0);
                        assertThat(s.history
                                        .claim("nightly", StoreUnderTest.THEN, "another", "h")
                                        .get())
                                .isEqualTo(v <= 1);
                        assertThat(s.store
                                        .read(r -> r.number("SELECT count(*) FROM job"))
                                        .get())
                                .isZero();
                        assertThat(s.said).isEmpty();
                    }
                    assertThat(ask(old, "SELECT number FROM migration ORDER BY number"))
                            .hasSize(Migrations.ALL.newest());
                    byte[] now = Files.readAllBytes(old);
                    try (var s = new StoreUnderTest(old, before, MUCH)) {
                        assertThatThrownBy(() -> s.history.of("old", 10, false))
                                .hasMessageContaining("has schema " + Migrations.ALL.newest()
                                        + ", of a later Holdfast; this one knows up to " + v);
                    }
                    assertThat(Files.readAllBytes(old)).isEqualTo(now);
                }));
    }

    @Test
    void leavesANewerSchemaAsItIs() throws Exception {
        try (var s = new StoreUnderTest(file())) {
            s.history.add(attempt("a", 1)).get();
        }
        change(file(), "PRAGMA user_version = 99");
        byte[] before = Files.readAllBytes(file());
        try (var s = new StoreUnderTest(file())) {
            assertThatThrownBy(() -> s.history.add(attempt("a", 2)).get())
                    .hasMessageContaining(
                            "has schema 99, of a later Holdfast; this one knows up to " + Migrations.ALL.newest());
            assertThatThrownBy(() -> s.history.of("a", 1, false)).isInstanceOf(StoreException.class);
            assertThat(s.said).singleElement().asString().contains("schema 99");
            assertThat(s.store.trouble()).contains("schema 99");
        }
        assertThat(Arrays.equals(Files.readAllBytes(file()), before)).isTrue();
        assertThat(files()).containsExactly("holdfast.db");
    }

    @Test
    void leavesAloneWhatOtherStepsHaveMade() throws Exception {
        try (var s = new StoreUnderTest(file())) {
            s.history.add(attempt("a", 1)).get();
        }
        change(file(), "UPDATE migration SET sha256 = 'other' WHERE number = 1");
        try (var s = new StoreUnderTest(file())) {
            assertThatThrownBy(() -> s.history.add(attempt("a", 2)).get())
                    .hasMessageContaining("was made by another 0001-runs.sql");
        }
        assertThat(ask(file(), "SELECT count(*) FROM run")).containsExactly("1");
    }

    @Test
    void aMigrationThatFailsChangesNothing() throws Exception {
        try (var s = new StoreUnderTest(file(), new Migrations(List.of("0001-runs.sql")), MUCH)) {
            s.history.add(attempt("a", 1)).get();
        }
        change(file(), "CREATE TABLE claim_floor (mine TEXT)"); // the second statement of the step trips over it
        try (var s = new StoreUnderTest(file())) {
            assertThatThrownBy(() -> s.history.add(attempt("a", 2)).get()).hasMessageContaining("claim_floor");
        }
        assertThat(ask(file(), "PRAGMA user_version")).containsExactly("1");
        assertThat(ask(file(), "SELECT name FROM sqlite_schema WHERE name = 'claim'"))
                .isEmpty();
    }

    @Test
    void setsAsideWhatIsNoStoreOfOurs() throws Exception {
        Files.writeString(file(), "a letter to somebody\n".repeat(100));
        byte[] letter = Files.readAllBytes(file());
        setsAside(letter, "it is no SQLite database");
        Files.delete(file());
        Files.delete(home.resolve(aside()));
        change(file(), "CREATE TABLE bookmarks (url TEXT)");
        setsAside(Files.readAllBytes(file()), "it is the database of another program");
    }

    @Test
    void setsAsideADamagedFileAndKeepsItsBytes() throws Exception {
        try (var s = new StoreUnderTest(file())) {
            for (int i = 0; i < 500; i++) {
                var _ = s.history.add(attempt("a", i));
            }
        }
        try (var f = new RandomAccessFile(file().toFile(), "rw")) {
            for (long at = f.length() / 4096 * 3 / 4 * 4096; at < f.length(); at += 4096) { // behind the schema
                f.seek(at);
                f.write(new byte[200]);
            }
        }
        setsAside(Files.readAllBytes(file()), "it is damaged");
    }

    private void setsAside(byte[] before, String why) throws Exception {
        try (var s = new StoreUnderTest(file())) {
            assertThat(s.history.add(attempt("new", 1)).get()).isTrue();
            assertThat(s.history.of("new", 10, false)).hasSize(1);
            assertThat(s.said).singleElement().asString().contains(why, "it is kept as " + aside(), "a new one");
            assertThat(s.store.trouble()).isNull();
        }
        assertThat(aside()).matches("holdfast\\.db\\.damaged-\\d{8}T\\d{6}Z");
        assertThat(Arrays.equals(Files.readAllBytes(home.resolve(aside())), before))
                .as("its bytes")
                .isTrue();
    }

    private String aside() throws IOException {
        return files().stream()
                .filter(f -> f.contains("damaged") && !f.endsWith("-wal") && !f.endsWith("-shm"))
                .findFirst()
                .orElse("(nothing set aside)");
    }

    private List<String> files() throws IOException {
        try (var all = Files.list(home)) {
            return all.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFullDiskKeepsWorkWaitingAndLosesNothing() throws Exception {
        Path disk = Files.createDirectory(home.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=512k,mode=0700", "holdfast-test", disk.toString()) == 0,
                "mounting a tmpfs is not permitted here");
        try (var s = new StoreUnderTest(disk.resolve("holdfast.db"))) {
            s.history.add(attempt("a", 0)).get();
            try (var out = Files.newOutputStream(disk.resolve("filler"))) {
                while (true) {
                    out.write(new byte[4096]);
                }
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("space");
            }
            var all = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 1; i <= 50; i++) {
                all.add(s.history.add(attempt("a", i)));
                all.add(s.history.output("a-" + i, 1, "y".repeat(4000)));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> s.store.trouble() != null);
            assertThat(s.history.of("a", 100, false))
                    .as("what is kept can be read")
                    .isNotEmpty();
            assertThat(all.getLast()).isNotDone();
            assertThat(s.store.atOnce().write(x -> 1))
                    .as("who does not wait")
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("cannot be written now");
            Files.delete(disk.resolve("filler"));
            for (var a : all) {
                assertThat(a.get(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(s.history.of("a", 100, false)).hasSize(51);
            assertThat(s.said).hasSize(2);
            assertThat(s.said.getFirst()).contains("cannot be written, what it is to keep waits");
            assertThat(s.said.getLast()).contains("is written again");
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void aDueTimeIsClaimedOnceByWhomeverAsksFirst() throws Exception {
        try (var one = new StoreUnderTest(file());
                var two = new StoreUnderTest(file())) {
            var claims = new ArrayList<CompletableFuture<Boolean>>();
            for (int i = 0; i < 500; i++) {
                var due = StoreUnderTest.THEN.plusSeconds(i);
                claims.add(one.history.claim("a", due, "one-" + i, "host1"));
                claims.add(two.history.claim("a", due, "two-" + i, "host2"));
            }
            for (int i = 0; i < 500; i++) {
                assertThat(claims.get(2 * i).get() ^ claims.get(2 * i + 1).get())
                        .as("due time " + i)
                        .isTrue();
            }
            assertThat(one.history.claim("b", StoreUnderTest.THEN, "r", "h").get())
                    .as("of another schedule")
                    .isTrue();
        }
        try (var next = new StoreUnderTest(file())) {
            assertThat(next.history
                            .claim("b", StoreUnderTest.THEN, "other", "h")
                            .get())
                    .isFalse();
            assertThat(next.history.claim("b", StoreUnderTest.THEN, "r", "h").get())
                    .as("the same run again")
                    .isTrue();
        }
    }

    @Test
    void claimsOfLongAgoStayClaimedThoughTheirRowsAreGone() throws Exception {
        try (var s = new StoreUnderTest(file())) {
            CompletableFuture<Boolean> last = CompletableFuture.completedFuture(false);
            for (int i = 0; i < 2500; i++) {
                last = s.history.claim("a", StoreUnderTest.THEN.plusSeconds(i), "r" + i, "h");
            }
            assertThat(last.get()).isTrue();
            assertThat(s.store.read(r -> r.number("SELECT count(*) FROM claim")).get())
                    .isEqualTo(2000);
            assertThat(s.history.claim("a", StoreUnderTest.THEN, "again", "h").get())
                    .isFalse();
        }
    }

    @Test
    void tellsWhichTroublePasses() {
        assertThat(Trouble.of(new SQLException("full", "", 13))).isEqualTo(Trouble.PASSING);
        assertThat(Trouble.of(new SQLException("busy", "", 5 | 2 << 8))).isEqualTo(Trouble.PASSING);
        assertThat(Trouble.of(new SQLException("corrupt", "", 11))).isEqualTo(Trouble.DAMAGED);
        assertThat(Trouble.of(new SQLException("constraint", "", 19))).isEqualTo(Trouble.OWN);
    }
}
