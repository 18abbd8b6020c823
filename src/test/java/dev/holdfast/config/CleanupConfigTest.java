package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cleanups as people write them, and what is refused. */
class CleanupConfigTest {
    @TempDir
    Path dir;

    private Loaded load(String cleanup) throws IOException {
        Path file = Files.writeString(dir.resolve("holdfast.yaml"), "version: 1\ncleanup:\n  temp: " + cleanup + "\n");
        return new ConfigLoader(Map.of(), false).load(file);
    }

    private List<String> problems(String cleanup) throws IOException {
        return load(cleanup) instanceof Loaded.Unsound unsound
                ? unsound.problems().stream().map(Problem::message).toList()
                : List.of();
    }

    @Test
    void theContractsCleanupIsWhatItSays() {
        Loaded loaded = new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/media-bot.yaml"));
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        Config config = ((Loaded.Sound) loaded).config();
        CleanupSpec c = Objects.requireNonNull(config.watched().cleanups().get("download-temp"));
        assertThat(c.path()).isEqualTo("/srv/bot/storage/app/temp/downloads");
        assertThat(c.what()).isEqualTo(CleanupSpec.What.DIRECTORIES);
        assertThat(c.olderThan()).isEqualTo(Duration.ofHours(2));
        assertThat(c.every()).isEqualTo(Duration.ofHours(1));
        assertThat(c.retry()).isEqualTo(3);
    }

    @Test
    void whatAProbeCannotSendIsRefused() throws IOException {
        Path file = Files.writeString(dir.resolve("holdfast.yaml"), """
                version: 1
                probes:
                  web:
                    http: {url: 'http://me:pw@127.0.0.1/', headers: {Connection: x, Host: y}}
                """);
        assertThat(new ConfigLoader(Map.of(), false).load(file))
                .isInstanceOfSatisfying(
                        Loaded.Unsound.class,
                        u -> assertThat(u.problems().stream().map(Problem::message))
                                .hasSize(2)
                                .anyMatch(m -> m.contains("not sent from a URL"))
                                .anyMatch(m -> m.contains("\"Connection\": this header is not yours")));
    }

    @Test
    void everyKeyReachesTheSpec() throws IOException {
        Loaded loaded = load("{path: /srv/*/tmp, match: {type: file, name: '*.tmp', older_than: 1d, larger_than: 1Ki,"
                + " unused: true, age: changed, max_depth: 2}, keep_newest: 3, every: 5m, retry: 2}");
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        assertThat(((Loaded.Sound) loaded).config().watched().cleanups().get("temp"))
                .hasToString("CleanupSpec[name=temp, path=/srv/*/tmp, what=FILES, namePattern=*.tmp, olderThan=PT24H,"
                        + " largerThan=1Ki, unused=true, age=CHANGED, maxDepth=2, keepNewest=3, every=PT5M, retry=2,"
                        + " alert=[]]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{path: /srv/x}                                              | would delete whatever is there",
                "{path: /srv/x, match: {type: directory}}                    | would delete whatever is there",
                "{path: srv/x, match: {older_than: 1h}}                      | path is absolute",
                "{path: /srv/../etc, match: {older_than: 1h}}                | path is absolute, without . and ..",
                "{path: /srv/x, match: {older_than: 1h, nmae: x}}            | unknown key \"nmae\", did you mean name?",
                "{path: /srv/x, match: {older_than: 1h, name: a/b}}          | it is a pattern of one name",
                "{path: /srv/x, match: {older_than: 1h, max_depth: 2}}       | max_depth counts only with type: file",
                "{path: /srv/x, match: {older_than: 1h}, retry: 3}           | retry counts only with every",
                "{path: /srv/x, match: {older_than: 1h}, every: 0s}          | every is at least 1s",
                "{path: /srv/x, keep_newest: 0}                              | keep_newest is 1 to 100000",
                "{path: /srv/x, keep_newest: 1, alert: [ops]}                | \"ops\" is no alert channel",
            })
    void refuses(String cleanup, String why) throws IOException {
        assertThat(problems(cleanup)).anyMatch(p -> p.contains(why));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "//",
                "/home",
                "/home/",
                "/home/user",
                "/home/*",
                "/*",
                "/*/tmp",
                "/usr",
                "/usr/lib",
                "/etc/x",
                "/var",
                "/boot",
                "/proc",
                "/sys/fs",
                "/dev",
                "/root",
                "/var/lib",
                "/run",
                "/bin",
                "/lib64/x"
            })
    void refusesDirectoriesOfTheSystemAndOfUsers(String path) throws IOException {
        assertThat(problems("{path: \"" + path + "\", match: {older_than: 1h}}"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tmp", "/var/tmp", "/home/user/tmp", "/home/*/tmp", "/srv/x", "/var/log", "/dev/shm/x"})
    void takesWhereTemporaryFilesAre(String path) throws IOException {
        assertThat(problems("{path: \"" + path + "\", match: {older_than: 1h}}"))
                .isEmpty();
    }

    @Test
    void refusesALinkToADirectoryOfTheSystem() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/usr/share")), "no /usr/share here");
        Path link = Files.createSymbolicLink(dir.resolve("harmless"), Path.of("/usr/share"));
        Path below = Files.createSymbolicLink(dir.resolve("root"), Path.of("/"));

        assertThat(problems("{path: \"" + link + "\", match: {older_than: 1h}}"))
                .singleElement()
                .asString()
                .contains("system directory /usr/share");
        assertThat(problems("{path: \"" + below + "/etc/x\", match: {older_than: 1h}}")
                                .isEmpty()
                        && Files.exists(Path.of("/etc/x")))
                .isFalse();
        assertThat(problems("{path: \"" + below + "\", match: {older_than: 1h}}"))
                .hasSize(1);
    }

    @Test
    void theGuardsNamesAreTheGuards() throws IOException {
        Path file = Files.writeString(
                dir.resolve("holdfast.yaml"), "version: 1\ncleanup: {orphans: {path: /srv/x, keep_newest: 1}}\n");
        assertThat(new ConfigLoader(Map.of(), false).load(file)).isInstanceOf(Loaded.Unsound.class);
    }

    @Test
    void aPlanNamesWhatDiffers() throws IOException {
        WatchedSpec before = watched("{path: /srv/x, match: {older_than: 1h}}");
        WatchedSpec after = watched("{path: /srv/x, match: {older_than: 2h}}");
        assertThat(Plan.ofWatched(before, after).steps()).singleElement().satisfies(s -> {
            assertThat(s.process()).isEqualTo("cleanup.temp");
            assertThat(s.changes()).containsExactly("match.older_than: 1h → 2h");
        });
        assertThat(Plan.ofWatched(WatchedSpec.NONE, after).steps())
                .extracting(Plan.Step::verb)
                .containsExactly(Plan.Verb.ADD);
        assertThat(Plan.ofWatched(after, after).empty()).isTrue();
    }

    private WatchedSpec watched(String cleanup) throws IOException {
        return ((Loaded.Sound) load(cleanup)).config().watched();
    }
}
