package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.CronDone;
import dev.holdfast.api.CronOrder;
import dev.holdfast.api.CronTexts;
import dev.holdfast.api.Done;
import dev.holdfast.api.HealthReport;
import dev.holdfast.api.LogPage;
import dev.holdfast.api.QueueReport;
import dev.holdfast.api.Request;
import dev.holdfast.api.Status;
import dev.holdfast.api.Why;
import dev.holdfast.top.Watched;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The daemon as {@code top} sees it: over the control socket. Thread-safe. */
final class TopDaemon implements Watched {
    private static final int ENDS = 5;
    private static final int LINES = 20;
    private static final int UNKNOWN = 404;
    /** An answer is wanted while somebody looks: what takes longer goes on, and is seen by its state. */
    private static final long MOST_MILLIS = 20_000;

    private final Client client;

    TopDaemon(Client client) {
        this.client = client;
    }

    /** Something that may be refused. */
    @FunctionalInterface
    private interface Asked<T> {
        T ask() throws IOException, Refused;
    }

    private static <T> T told(Asked<T> asked) throws IOException {
        try {
            return asked.ask();
        } catch (Refused e) {
            throw new IOException(e.failure().error(), e);
        }
    }

    @Override
    public Status status() throws IOException {
        return told(() -> client.get(Subcommand.statusOf(List.of()), Status.class));
    }

    @Override
    public HealthReport health() throws IOException {
        return told(() -> client.get(Subcommand.API + "health", HealthReport.class));
    }

    @Override
    public List<String> log(String name, int lines) throws IOException {
        try {
            String path = Subcommand.API + "logs/" + Subcommand.encoded(name) + "?lines=" + Math.max(1, lines);
            return client.get(path, LogPage.class).lines().stream()
                    .map(LogPage.Entry::text)
                    .toList();
        } catch (Refused e) {
            if (e.status() == UNKNOWN) { // it is gone, as its row will be
                return List.of();
            }
            throw new IOException(e.failure().error(), e);
        }
    }

    @Override
    public List<String> why(String name) throws IOException {
        String path = Subcommand.API + "why/" + Subcommand.encoded(name) + "?ends=" + ENDS + "&lines=" + LINES;
        return WhyCommand.text(
                told(() -> client.get(path, Why.class)), Instant.now(), ZoneId.systemDefault(), new Style(false));
    }

    @Override
    public String process(String verb, String name) throws IOException {
        return acted(verb, name, null);
    }

    @Override
    public String scale(String name, int replicas) throws IOException {
        return acted("scale", name, replicas);
    }

    private String acted(String verb, String name, @Nullable Integer replicas) throws IOException {
        var request = new Request(List.of(name), null, replicas, null, true, MOST_MILLIS);
        Done done = told(() -> client.post(Subcommand.API + "processes/" + verb, request, Done.class));
        String states = String.join(
                ", ",
                done.status().replicas().stream()
                        .map(r -> r.name() + " is " + r.state() + (r.detail().isEmpty() ? "" : " (" + r.detail() + ")"))
                        .toList());
        String notes = done.notes().isEmpty() ? "" : "; " + String.join("; ", done.notes());
        return (done.settled() ? "" : "goes on: ") + (states.isEmpty() ? verb + " " + name + ": done" : states) + notes;
    }

    @Override
    public String schedule(String verb, String name) throws IOException {
        String path = Subcommand.API + "cron/" + Subcommand.encoded(name) + "/" + verb;
        if (verb.equals("run")) {
            return name + " runs: "
                    + told(() -> client.post(path, new CronOrder(false, 0), CronDone.class))
                            .run();
        }
        told(() -> client.postText(path, "", CronTexts.class));
        return name + (verb.equals("pause") ? " is paused" : " goes on");
    }

    @Override
    public String queue(String verb, String name) throws IOException {
        QueueReport now = told(() -> client.postText(
                QueueSubcommand.QUEUES + "/" + Subcommand.encoded(name) + "/" + verb, "", QueueReport.class));
        return name + " is " + now.state() + ": " + now.waiting() + " waiting, " + now.running() + " running";
    }
}
