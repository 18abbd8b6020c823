package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every request of docs/protocol.md, and whether its answer is the one that stands there. */
@Tag("process")
class ProtocolTest {
    private static final Pattern TAKEN = Pattern.compile("\"id\":\"([^\"]+)\",\"queue\":\"mails\",\"token\":(\\d+)");

    @TempDir
    Path home;

    /** @param body empty: none */
    private record Exchange(String request, String body, String status, String answer) {}

    private static List<Exchange> exchanges() throws IOException {
        var found = new ArrayList<Exchange>();
        boolean within = false;
        var lines = new ArrayList<String>();
        for (String line : Files.readAllLines(Path.of("docs/protocol.md"))) {
            if (line.startsWith("```")) {
                within = line.equals("```exchange");
            } else if (within) {
                lines.add(line);
            }
        }
        for (int i = 0; i < lines.size(); ) {
            String request = lines.get(i++).substring(2);
            String body = lines.get(i).startsWith("> ") ? lines.get(i++).substring(2) : "";
            found.add(new Exchange(
                    request, body, lines.get(i++).substring(2), lines.get(i++).substring(2)));
        }
        return found;
    }

    @Test
    void theDaemonAnswersAsThePageSays() throws IOException {
        List<Exchange> exchanges = exchanges();
        assertThat(exchanges).hasSizeGreaterThan(10);
        var tokens = new HashMap<String, String>();
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                queues:
                  mails:
                    pull: {}
                    payload: { to: { type: string, required: true } }
                    retry: { max_attempts: 3, when: [{ class: network }] }
                """)) {
            for (Exchange e : exchanges) {
                String job = e.request.replaceFirst("(?s).*/jobs/([^/]+)/.*", "$1");
                String answer = ask(e.request, e.body.replace("TOKEN", tokens.getOrDefault(job, "TOKEN")));
                assertThat(answer).as(e + "\n" + daemon.daemonOutput()).startsWith("HTTP/1.1 " + e.status + " ");
                assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4))
                        .as(e.toString())
                        .matches(pattern(e.answer));
                Matcher taken = TAKEN.matcher(answer);
                if (e.request.endsWith("/take") && taken.find()) {
                    tokens.put(taken.group(1), taken.group(2));
                }
            }
            assertThat(tokens).hasSize(2);
        }
    }

    private static Pattern pattern(String written) {
        return Pattern.compile(
                Stream.of(written.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*")),
                Pattern.DOTALL);
    }

    private String ask(String request, String body) throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(home.resolve("run/holdfast.sock")))) {
            byte[] content = body.getBytes(StandardCharsets.UTF_8);
            String head = request + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + content.length
                    + "\r\n\r\n";
            Channels.newOutputStream(channel).write((head + body).getBytes(StandardCharsets.UTF_8));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
