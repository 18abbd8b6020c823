package dev.holdfast.daemon;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.JobList;
import dev.holdfast.api.JobReport;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the daemon in {@code home} tells of jobs, and what lies there of them. */
record JobsSeen(Path home) {
    private Client client() {
        return new Client(home.resolve("run/holdfast.sock"));
    }

    JobReport job(String id) {
        try {
            return client().get("/api/v1/jobs/" + id, JobReport.class);
        } catch (IOException | ControlPort.Refused e) {
            throw new AssertionError(e);
        }
    }

    /** All of them by id, without their attempts. */
    Map<String, JobReport> all() {
        try {
            return asked();
        } catch (IOException | ControlPort.Refused e) {
            throw new AssertionError(e);
        }
    }

    /** Whether the store answers, and says that there are so many, and all are over. */
    boolean over(int jobs) {
        try {
            Map<String, JobReport> all = asked();
            return all.size() == jobs && all.values().stream().allMatch(JobReport::over);
        } catch (IOException | ControlPort.Refused notNow) {
            return false;
        }
    }

    /** Whether the store answers, and says that this one is. */
    boolean over(String id) {
        try {
            return client().get("/api/v1/jobs/" + id, JobReport.class).over();
        } catch (IOException | ControlPort.Refused notNow) {
            return false;
        }
    }

    private Map<String, JobReport> asked() throws IOException, ControlPort.Refused {
        var found = new LinkedHashMap<String, JobReport>();
        String after = "";
        while (true) {
            JobList some = client().get("/api/v1/jobs?n=1000" + after, JobList.class);
            some.jobs().forEach(j -> found.put(j.id(), j));
            if (!some.more()) {
                return found;
            }
            after = "&after=" + some.jobs().getLast().id();
        }
    }

    /** The whole answer to a request, as an application's HTTP client would see it. */
    String post(String path, String body) {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(home.resolve("run/holdfast.sock")))) {
            String request = "POST /api/v1/" + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
                    + body.length() + "\r\n\r\n" + body;
            Channels.newOutputStream(channel).write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What is left of work directories below {@code base}. */
    static List<String> left(Path base) {
        try (Stream<Path> all = Files.exists(base) ? Files.walk(base) : Stream.empty()) {
            return all.filter(p -> base.relativize(p).getNameCount() > 1 && !p.endsWith(".holdfast-queue"))
                    .map(Path::toString)
                    .toList();
        } catch (IOException | java.io.UncheckedIOException goingMeanwhile) {
            return List.of(goingMeanwhile.toString());
        }
    }

    List<String> left() {
        return left(home.resolve("state/work"));
    }
}
