package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.FieldProblem;
import dev.holdfast.api.Submission;
import dev.holdfast.api.Submissions;
import dev.holdfast.api.Submitted;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Submits JSON lines, many in a request. Not thread-safe. */
final class Feed {
    private static final int MOST_JOBS = 500;

    /** Of a request, which may have 1 MiB. */
    private static final int MOST_CHARS = 200_000;

    /** Of the whole wait for a store that is down. */
    private static final int PATIENCE_SECONDS = 60;

    private final Client client;
    private final String path;
    private final boolean json;
    private final PrintWriter out;
    private final PrintWriter err;
    private final FeedProgress progress;

    private String source = "";
    private final List<Line> batch = new ArrayList<>();
    private int chars;
    private long accepted;
    private long known;
    private long refused;

    /** @param text of the job, as the daemon gets it */
    private record Line(long number, String text) {}

    /** @param path that takes jobs */
    Feed(Client client, String path, boolean json, PrintWriter out, PrintWriter err) {
        this.client = client;
        this.path = path;
        this.json = json;
        this.out = out;
        this.err = err;
        progress = new FeedProgress(err, Style.errorsOnTerminal());
    }

    /**
     * @param file {@code -}: standard input
     * @return exit code
     */
    int from(String file) throws IOException, Refused {
        boolean standard = file.equals("-");
        source = standard ? "standard input" : file;
        try (InputStream in = standard ? System.in : Files.newInputStream(Path.of(file))) {
            var lines = new JsonLines(in);
            progress.of(standard ? 0 : Files.size(Path.of(file)));
            for (JsonLines.Line line = lines.next(); line != null; line = lines.next()) {
                take(line);
                progress.at(lines.bytes(), line.number(), refused);
            }
            send();
        } finally {
            progress.done();
        }
        if (!json) {
            out.println(accepted + " accepted" + (known > 0 ? ", " + known + " known from before" : "")
                    + (refused > 0 ? ", " + refused + " refused" : ""));
        }
        out.flush();
        return refused > 0 ? ExitStatus.FAILED : ExitStatus.DONE;
    }

    private void take(JsonLines.Line line) throws IOException, Refused {
        if (line.text().isBlank() && !line.tooLong()) {
            return;
        }
        String text;
        try {
            if (line.tooLong()) {
                throw new IllegalArgumentException("the line is longer than " + JsonLines.LONGEST + " bytes");
            }
            Submission job = Submissions.line(line.text());
            text = Client.write(job);
        } catch (IllegalArgumentException e) {
            send(); // answers stand in the order of lines
            told(line.number(), Submitted.Job.refused(400, "", String.valueOf(e.getMessage()), List.of()));
            return;
        }
        if (batch.size() == MOST_JOBS || (!batch.isEmpty() && chars + text.length() > MOST_CHARS)) {
            send();
        }
        batch.add(new Line(line.number(), text));
        chars += text.length();
    }

    private void send() throws IOException, Refused {
        if (batch.isEmpty()) {
            return;
        }
        String body = batch.stream().map(Line::text).collect(Collectors.joining(",", "{\"jobs\":[", "]}"));
        Submitted done = answer(body);
        if (done.jobs().size() != batch.size()) {
            throw new IOException("the daemon's answer is not understood: "
                    + done.jobs().size() + " answers to " + batch.size() + " jobs");
        }
        for (int i = 0; i < batch.size(); i++) {
            told(batch.get(i).number(), done.jobs().get(i));
        }
        batch.clear();
        chars = 0;
    }

    private Submitted answer(String body) throws IOException, Refused {
        int waited = 0;
        while (true) {
            try {
                return client.postText(path, body, Submitted.class);
            } catch (Refused e) {
                Integer pause = e.failure().retryAfterSeconds();
                if (pause == null || waited + pause > PATIENCE_SECONDS) {
                    stopped("was not submitted");
                    throw e;
                }
                waited += pause;
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(pause));
            } catch (Client.NoDaemon e) {
                stopped("was not submitted");
                throw e;
            } catch (IOException e) {
                stopped("may have been submitted or not, up to line "
                        + batch.getLast().number() + "; jobs with an id can be submitted again");
                throw e;
            }
        }
    }

    /** So that somebody can go on there. */
    private void stopped(String how) {
        progress.done();
        out.flush();
        err.println("holdfast: " + accepted + " accepted; " + Table.printable(source) + " from line "
                + batch.getFirst().number() + " on " + how);
    }

    private void told(long number, Submitted.Job job) {
        if (job.ok()) {
            if (job.status() == 201) {
                accepted++;
            } else {
                known++;
            }
        } else {
            refused++;
            progress.aside(Table.printable(source) + ":" + number + ": " + Table.printable(reason(job)));
        }
        if (json) {
            out.println(Client.write(job));
        }
    }

    private static String reason(Submitted.Job job) {
        String fields = job.problems().stream().map(Feed::written).collect(Collectors.joining("; "));
        return fields.isEmpty() ? job.error() : fields;
    }

    private static String written(FieldProblem problem) {
        return problem.field() + ": " + problem.problem();
    }
}
