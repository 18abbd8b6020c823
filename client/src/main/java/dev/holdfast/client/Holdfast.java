package dev.holdfast.client;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A daemon that can be asked. Nothing is connected before something is asked, so it need not run yet. Thread-safe. */
public final class Holdfast {
    private static final Path USUAL = Path.of("/run/holdfast/holdfast.sock");
    /** Of an answer that need not be waited for. */
    static final Duration SOON = Duration.ofSeconds(30);

    private static final Duration LEAST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final Transport transport;

    Holdfast(Transport transport) {
        this.transport = transport;
    }

    /** The one that runs this program ({@code HOLDFAST_SOCKET}); else the one at {@code /run/holdfast/holdfast.sock}. */
    public static Holdfast here() {
        Path socket = Surroundings.here().socket();
        return at(socket == null ? USUAL : socket);
    }

    /** By its Unix socket: for root, the daemon's own user, and the groups of {@code global.api.groups}. */
    public static Holdfast at(Path socket) {
        return new Holdfast(new UnixTransport(socket));
    }

    /**
     * By TCP.
     *
     * @param base such as {@code https://host:9180}
     * @param token with the scope {@code submit} for all that is done here
     * @throws IllegalArgumentException also for http to another host: the token could be read on the way
     */
    public static Holdfast at(URI base, String token) {
        return new Holdfast(new TcpTransport(base, token, null));
    }

    /**
     * As {@link #at(URI, String)}.
     *
     * @param tls whom to trust, and the client's own certificate where one is asked for
     */
    public static Holdfast at(URI base, String token, SSLContext tls) {
        return new Holdfast(new TcpTransport(base, token, tls));
    }

    /**
     * Submits a job. When it returns the job is on disk. While the daemon is away, or the queue is full, it is tried again:
     * the job has an id, so it is there once however often it is submitted.
     *
     * @param most how long to try
     * @return where it stands: {@link JobStatus.State#QUEUED}, or what became of it when it had been submitted before
     * @throws Refused what no later try changes (404, 409, 422), or what was still refused in the end (429, 503)
     * @throws IOException when no daemon answered until then; whether the job is there is not known
     */
    public JobStatus.State submit(String queue, Submission job, Duration most)
            throws IOException, Refused, InterruptedException {
        return retrying(most, left -> {
            String answer = ask(new Transport.Ask(path("queues", queue, "jobs"), job.json()), least(left, SOON));
            return understood(
                    answer, text -> JobStatus.State.of(Json.fields(text).text("state")));
        });
    }

    /** As {@link #submit(String, Submission, Duration)}, for half a minute. */
    public JobStatus.State submit(String queue, Submission job) throws IOException, Refused, InterruptedException {
        return submit(queue, job, SOON);
    }

    /**
     * Where a job stands.
     *
     * @throws Refused 404: there is none
     */
    public JobStatus job(String id) throws IOException, Refused, InterruptedException {
        return job(id, Duration.ZERO, SOON);
    }

    /**
     * Waits for a job to be over; the daemon may be replaced meanwhile.
     *
     * @return where it stands then, over or not
     */
    public JobStatus await(String id, Duration most) throws IOException, Refused, InterruptedException {
        long until = System.nanoTime() + most.toNanos();
        boolean asked = false;
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, until - System.nanoTime()));
            if (asked && left.compareTo(LEAST_WAIT) < 0) { // the daemon waits for whole seconds
                Thread.sleep(left.toMillis());
                left = Duration.ZERO;
            }
            asked = true;
            boolean last = left.isZero();
            JobStatus job = retrying(
                    left,
                    rest -> job(
                            id,
                            least(rest, LONGEST_WAIT),
                            least(rest, LONGEST_WAIT).plus(SOON)));
            if (job.over() || last || System.nanoTime() - until >= 0) {
                return job;
            }
        }
    }

    private JobStatus job(String id, Duration wait, Duration most) throws IOException, Refused, InterruptedException {
        String query = wait.toSeconds() > 0 ? "?wait=" + wait.toSeconds() : "";
        return understood(ask(new Transport.Ask(path("jobs", id) + query, null), most), JobStatus::read);
    }

    /** A worker that takes jobs of {@code queue}, which has {@code pull:}. It begins with {@link Worker.Plan#start}. */
    public Worker.Plan worker(String queue) {
        return new Worker.Plan(new WorkerCalls(this, queue), queue);
    }

    /** @return the answer's JSON */
    String ask(Transport.Ask ask, Duration most) throws IOException, Refused, InterruptedException {
        Transport.Answer answer;
        try {
            answer = transport.exchange(ask, most);
        } catch (IOException e) {
            throw new IOException("Holdfast at " + transport.where() + ": " + e.getMessage(), e);
        }
        if (answer.status() / 100 != 2) {
            throw Refused.of(answer);
        }
        return answer.body();
    }

    /** @param segments which hold whatever they hold */
    static String path(String... segments) {
        var path = new StringBuilder("/api/v1");
        for (String segment : segments) {
            path.append('/')
                    .append(URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        return path.toString();
    }

    interface Reading<T extends @Nullable Object> {
        T of(String json);
    }

    static <T> T understood(String json, Reading<T> reading) throws IOException {
        try {
            return reading.of(json);
        } catch (IllegalArgumentException e) {
            throw new IOException("the daemon's answer is not understood: " + e.getMessage(), e);
        }
    }

    private interface Try<T> {
        T within(Duration left) throws IOException, Refused, InterruptedException;
    }

    private static <T> T retrying(Duration most, Try<T> attempt) throws IOException, Refused, InterruptedException {
        long until = System.nanoTime() + most.toNanos();
        var backoff = new Backoff(ThreadLocalRandom.current()::nextDouble);
        while (true) {
            Duration pause;
            try {
                return attempt.within(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
            } catch (IOException e) {
                pause = backoff.next(null);
                if (until - System.nanoTime() < pause.toNanos()) {
                    throw e;
                }
            } catch (Refused e) {
                pause = backoff.next(e.retryAfter());
                if (!e.later() || until - System.nanoTime() < pause.toNanos()) {
                    throw e;
                }
            }
            Thread.sleep(pause.toMillis());
        }
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
