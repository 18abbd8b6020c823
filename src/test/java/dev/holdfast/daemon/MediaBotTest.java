package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.api.JobReport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract's queue of downloads with Debian's yt-dlp, against a server that means no good. Its times are shortened;
 * {@code -Dholdfast.contract.times=true} takes them as they stand, a minute and a half.
 */
@Tag("process")
class MediaBotTest {
    private static final Duration DEADLINE = Duration.ofMinutes(10);
    private static final boolean AS_IT_STANDS = Boolean.getBoolean("holdfast.contract.times");
    private static final String[][] SHORTER = {
        {" timeout: 60s ", " timeout: 14s "},
        {"idle_timeout: 60s", "idle_timeout: 10s"},
        {"initial: 5s, max: 2m", "initial: 100ms, max: 1s"},
        {"max_size: 2Gi", "max_size: 32Mi"},
    };

    @TempDir
    Path dir;

    private Path home;

    @BeforeEach
    void needsYtDlp() throws IOException {
        assumeTrue(
                Stream.of("/usr/bin", "/usr/local/bin").anyMatch(d -> Files.isExecutable(Path.of(d, "yt-dlp"))),
                "the package yt-dlp is not installed");
        home = Files.createDirectories(dir.resolve("1/2/3/4/5/home")); // where names with ../ would lead is seen
    }

    /** The section queues, with other addresses. */
    private String queues(HostileServer server) throws IOException {
        String contract;
        try (InputStream in =
                Objects.requireNonNull(getClass().getResourceAsStream("/contract/media-bot.yaml"), "media-bot.yaml")) {
            contract = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        String queues = contract.replaceFirst("(?s).*\\n(queues:\\n.*?)\\n\\S.*", "$1");
        queues = replaced(queues, "127.0.0.1:8081", server.address());
        queues = replaced(queues, "/srv/bot/storage", home + "/storage");
        queues = replaced(queues, "required: true", "required: true, allow_private: true");
        queues = replaced(queues, "channels: [ops]", "channels: []"); // alerts: is refused as yet
        for (String[] s : AS_IT_STANDS ? new String[0][] : SHORTER) {
            queues = replaced(queues, s[0], s[1]);
        }
        return "version: 1\n" + queues;
    }

    private static String replaced(String text, String what, String by) {
        String done = text.replace(what, by);
        assertThat(done).as("the contract says " + what).isNotEqualTo(text);
        return done;
    }

    /** What each is to come to: its state, and the class of each attempt. */
    private static Map<String, String> jobs() {
        var jobs = new LinkedHashMap<String, String>();
        // yt-dlp itself waits for 20 s.
        jobs.put("mute/a.mp4", AS_IT_STANDS ? "succeeded network network null" : "succeeded timeout timeout null");
        jobs.put("slow/a.mp4", "succeeded timeout null");
        jobs.put("fine.mp4", "succeeded null");
        jobs.put("reset/a.mp4", "succeeded network null");
        jobs.put("refused.mp4", "failed network network network");
        jobs.put("huge/a.mp4", "failed size");
        jobs.put("named/x.mp4", "succeeded null");
        jobs.put("away/x.mp4", "failed process");
        jobs.put("-rf%20-q.mp4", "succeeded null");
        jobs.put("--exec=touch%20exec.mp4", "succeeded null");
        jobs.put("a/..%2f..%2f..%2fescaped.mp4", "failed delivery"); // begins with dots: * does not mean it
        jobs.put("a%0Ab%0D%1b%5B2J.mp4", "succeeded null");
        jobs.put("$(touch%20sub)%60touch%20tick%60;touch%20semi&.mp4", "succeeded null");
        jobs.put("%22quo'te%22.mp4", "succeeded null");
        jobs.put("%ff%fe%c3.mp4", "succeeded null");
        jobs.put("%25(id)s%7Burl%7D.mp4", "succeeded null");
        jobs.put("L".repeat(300) + ".mp4", "failed process");
        return jobs;
    }

    @Test
    void everyDownloadEndsOnceAndNothingIsLeftOfIt() throws IOException {
        try (var server = new HostileServer();
                var daemon = DaemonUnderTest.up(home, queues(server))) {
            Map<String, String> meant = jobs();
            List<String> urls = List.copyOf(meant.keySet());
            Path lines = Files.writeString(
                    home.resolve("jobs.jsonl"),
                    urls.stream()
                            .map(u -> "{\"id\":\"j" + urls.indexOf(u) + "\",\"payload\":{\"url\":\"http://"
                                    + (u.startsWith("refused") ? server.nobody() : server.address())
                                    + "/" + u + "\"}}")
                            .collect(Collectors.joining("\n")));
            var submitted = daemon.cli("jobs", "submit", "downloads", "--from", lines.toString());
            assertThat(submitted.exit()).as(submitted.err()).isZero();
            assertThat(daemon.cli("jobs", "submit", "downloads", "url=-rf").err())
                    .contains("url");
            var seen = new JobsSeen(home);
            await().atMost(DEADLINE).until(() -> seen.over(urls.size()));

            var came = new LinkedHashMap<String, String>();
            for (String url : urls) {
                JobReport j = seen.job("j" + urls.indexOf(url));
                came.put(
                        url,
                        j.state() + " "
                                + j.attempts().stream()
                                        .map(a -> String.valueOf(a.failureClass()))
                                        .filter(c -> !c.equals("timeout") // of a busy host, which is tried again
                                                || meant.getOrDefault(url, "").contains(c))
                                        .collect(Collectors.joining(" ")));
            }
            assertThat(came).isEqualTo(meant);
            for (String url : urls) {
                Path ready = home.resolve("storage/ready/j" + urls.indexOf(url));
                if (came.getOrDefault(url, "").startsWith("succeeded")) {
                    try (Stream<Path> files = Files.walk(ready)) {
                        assertThat(files.filter(Files::isRegularFile))
                                .as(url)
                                .singleElement()
                                .satisfies(f -> assertThat(f.getParent()).isEqualTo(ready));
                    }
                } else {
                    assertThat(ready).doesNotExist();
                }
            }
            await().atMost(DEADLINE)
                    .until(() -> hooks(server, "done") == count(meant, "succeeded")
                            && hooks(server, "failed") == count(meant, "failed"));
            await().atMost(DEADLINE).until(() -> seen.left().isEmpty());
            assertThat(DaemonUnderTest.carrying(server.address())).isEmpty();
            assertThat(DaemonUnderTest.named("yt-dlp")).isEmpty();
        }
        assertThat(names(home))
                .containsOnly("holdfast.yaml", "daemon.out", "jobs.jsonl", "run", "state", "log", "storage");
        assertThat(names(home.resolve("storage"))).containsOnly("ready");
        for (String above : List.of("", "1", "1/2", "1/2/3", "1/2/3/4", "1/2/3/4/5")) {
            assertThat(names(dir.resolve(above))).as(above).hasSize(1);
        }
    }

    private static long count(Map<String, String> meant, String state) {
        return meant.values().stream().filter(m -> m.startsWith(state)).count();
    }

    private static long hooks(HostileServer server, String which) {
        return server.posted().stream()
                .filter(p -> p.startsWith("/hooks/" + which))
                .map(p -> p.replaceFirst("(?s).*\"id\":\"(j\\d+)\".*", "$1"))
                .distinct()
                .count();
    }

    private static List<String> names(Path at) throws IOException {
        try (Stream<Path> all = Files.list(at)) {
            return all.map(p -> p.getFileName().toString()).toList();
        }
    }
}
