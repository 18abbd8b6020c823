package dev.holdfast.client;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a worker says to the daemon, each once. Thread-safe. */
final class WorkerCalls {
    private final Holdfast holdfast;
    private final String queue;

    WorkerCalls(Holdfast holdfast, String queue) {
        this.holdfast = holdfast;
        this.queue = queue;
    }

    record Taken(List<Job> jobs, boolean recycle) {}

    record Job(String id, long token, Map<String, String> payload, int attempt, int priority, Duration lease) {}

    Taken take(String worker, Duration wait, int most) throws IOException, Refused, InterruptedException {
        var wish = Map.of("worker", worker, "wait", wait.toMillis() / 1000.0, "most", most);
        String answer = post(Holdfast.path("queues", queue, "take"), wish, wait.plus(Holdfast.SOON));
        return Holdfast.understood(answer, text -> {
            Json.Fields taken = Json.fields(text);
            return new Taken(
                    taken.objects("jobs").stream()
                            .map(j -> new Job(
                                    j.text("id"),
                                    j.whole("token"),
                                    j.texts("payload"),
                                    (int) j.number("attempt"),
                                    (int) j.number("priority"),
                                    Duration.ofMillis(Math.round(j.number("leaseSeconds") * 1000))))
                            .toList(),
                    taken.truth("recycle"));
        });
    }

    /** @return whether somebody has cancelled the job */
    boolean heartbeat(Job job, @Nullable Double progress, Duration most)
            throws IOException, Refused, InterruptedException {
        var word = word(job);
        word.put("progress", progress);
        return Holdfast.understood(
                post(Holdfast.path("jobs", job.id(), "heartbeat"), word, most),
                text -> Json.fields(text).truth("cancelled"));
    }

    void tell(Job job, Ending end) throws IOException, Refused, InterruptedException {
        var word = word(job);
        word.put("output", end.output());
        if (!end.succeeded()) {
            word.put("class", end.failure());
            word.put("detail", end.detail());
        }
        String verb = end.succeeded() ? "complete" : "fail";
        post(Holdfast.path("jobs", job.id(), verb), word, Holdfast.SOON);
    }

    private static Map<String, @Nullable Object> word(Job job) {
        var word = new LinkedHashMap<String, @Nullable Object>();
        word.put("token", job.token());
        return word;
    }

    private String post(String path, Map<String, ?> body, Duration most)
            throws IOException, Refused, InterruptedException {
        return holdfast.ask(new Transport.Ask(path, Json.write(body)), most);
    }
}
