package dev.holdfast.api;

import static dev.holdfast.api.Scope.OPERATE;
import static dev.holdfast.api.Scope.READ;
import static dev.holdfast.api.Scope.SUBMIT;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Route.Audit;
import dev.holdfast.api.Route.Gives;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is asked of queues and jobs. Thread-safe. */
final class JobRoutes {
    private static final String[] STATES = {"queued", "running", "succeeded", "failed", "cancelled"};

    /** Connections on which somebody may wait for a job, of those that the server has: the others are for answers. */
    private static final int PATIENT = 32;

    /** Whoever hung up meanwhile is noticed at the end of it. */
    private static final int LONGEST_WAIT_SECONDS = 60;

    private static final int MOST_TAKEN = 100;
    private static final String JOBS = "jobs";
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_OUTPUT = 16 << 10;

    private final ControlPort port;
    private final Waits waits = new Waits(PATIENT, PATIENT / 2);

    JobRoutes(ControlPort port) {
        this.port = port;
    }

    List<Route> all() {
        return List.of(
                Route.get("queues", "All queues.", READ).gives(QueueList.class, _ -> Reply.ok(jobs().queues())),
                Route.get("queues/{queue}", "How a queue is.", READ)
                        .query(Param.whole("detailed", "1: what runs, failures and workers too.", 0, 1, 0))
                        .gives(
                                QueueReport.class,
                                a -> Reply.ok(
                                        jobs().queue(a.name("queue"), a.query().whole("detailed") != 0))),
                Route.post("queues/{queue}/jobs", "Submits a job, or several.", SUBMIT)
                        .takes(Submission.class)
                        .audit(Audit.ASKED)
                        .gives(
                                List.of(
                                        new Gives(200, Route.JSON, Submitted.class),
                                        new Gives(200, Route.JSON, Submitted.Job.class),
                                        new Gives(201, Route.JSON, Submitted.Job.class)),
                                this::submit),
                steer(JobsPort.Verb.PAUSE, "Runs nothing of a queue, which goes on to accept."),
                steer(JobsPort.Verb.RESUME, "Accepts and runs again."),
                steer(JobsPort.Verb.DRAIN, "Accepts nothing more, and runs what waits."),
                Route.post("queues/{queue}/take", "Takes jobs, as a worker.", SUBMIT)
                        .takes(Take.class)
                        .audit(Audit.NONE)
                        .gives(Taken.class, this::take),
                Route.get("jobs", "Jobs, the latest submitted first.", READ)
                        .query(
                                Param.text("queue", "Only of this one."),
                                Param.oneOf("state", "Only of this one.", STATES),
                                Param.text("class", "Only those whose last attempt failed so."),
                                Param.whole("n", "Jobs, at most.", 1, 1000, 50),
                                Param.text("after", "An id, the last one seen before."))
                        .gives(JobList.class, this::list),
                Route.get("jobs/{id}", "A job, and all its attempts.", READ, SUBMIT)
                        .query(Param.whole("wait", "Seconds, at most, until it is over.", 0, LONGEST_WAIT_SECONDS, 0))
                        .gives(JobReport.class, this::job),
                several("retry", "Tries failed or cancelled jobs again."),
                several("forget", "Deletes jobs that are over."),
                Route.post("jobs/{id}/cancel", "Ends a job, or keeps it from beginning.", OPERATE)
                        .gives(JobStanding.class, a -> Reply.ok(jobs().cancel(a.name("id"), a.by()))),
                Route.post("jobs/{id}/retry", "Tries a failed or cancelled job again.", OPERATE)
                        .gives(JobStanding.class, a -> Reply.ok(jobs().retry(a.name("id"), a.by()))),
                Route.post("jobs/{id}/forget", "Deletes a job that is over.", OPERATE)
                        .gives(JobCount.class, a -> {
                            jobs().forget(a.name("id"), a.by());
                            return Reply.ok(new JobCount(1));
                        }),
                Route.post("jobs/{id}/heartbeat", "A worker keeps its job.", SUBMIT)
                        .takes(WorkerWord.class)
                        .audit(Audit.NONE)
                        .gives(Beat.class, a -> Reply.ok(jobs().heartbeat(a.name("id"), word(a)))),
                Route.post("jobs/{id}/complete", "A worker's job succeeded.", SUBMIT)
                        .takes(WorkerWord.class)
                        .audit(Audit.ASKED)
                        .gives(JobStanding.class, a -> Reply.ok(jobs().complete(a.name("id"), word(a)))),
                Route.post("jobs/{id}/fail", "A worker's job failed.", SUBMIT)
                        .takes(WorkerWord.class)
                        .audit(Audit.ASKED)
                        .gives(JobStanding.class, a -> Reply.ok(jobs().fail(a.name("id"), word(a)))));
    }

    private Route steer(JobsPort.Verb verb, String summary) {
        return Route.post("queues/{queue}/" + verb.name().toLowerCase(Locale.ROOT), summary, OPERATE)
                .gives(QueueReport.class, a -> Reply.ok(jobs().steer(a.name("queue"), verb, a.by())));
    }

    private Route several(String verb, String summary) {
        return Route.post("jobs/" + verb, summary, OPERATE)
                .mayTake(JobFilter.class)
                .gives(JobCount.class, a -> several(verb, a.body(JobFilter.class), a.by()));
    }

    private JobsPort jobs() throws Refused {
        return port.jobs();
    }

    private Reply submit(Asked asked) throws Refused, Bad {
        Submissions.Read read;
        try {
            read = keyed(
                    Submissions.request(asked.request().body()), asked.request().header("idempotency-key"));
        } catch (IllegalArgumentException e) {
            throw new Bad(400, String.valueOf(e.getMessage()));
        }
        Submitted done = jobs().submit(asked.name("queue"), read.jobs(), asked.by());
        if (read.several()) {
            return Reply.ok(done);
        }
        Submitted.Job job = done.jobs().getFirst();
        if (!job.ok()) {
            var failure = Failure.of(job.error(), job.problems());
            throw new Refused(job.status(), job.status() == 429 ? Failure.later(job.error(), 5) : failure);
        }
        return Reply.of(job.status(), job);
    }

    /** draft-ietf-httpapi-idempotency-key-header; its quotes may be left away. */
    private static Submissions.Read keyed(Submissions.Read read, @Nullable String header) {
        if (header == null) {
            return read;
        }
        if (read.several()) {
            throw new IllegalArgumentException("Idempotency-Key goes with one job; in a list each has its id");
        }
        String key = header.length() > 1 && header.startsWith("\"") && header.endsWith("\"")
                ? header.substring(1, header.length() - 1)
                : header;
        Submission job = read.jobs().getFirst();
        if (job.id() != null && !job.id().equals(key)) {
            throw new IllegalArgumentException("Idempotency-Key and id say different things");
        }
        Submissions.id(key, "Idempotency-Key: ");
        return new Submissions.Read(List.of(job.withId(key)), false);
    }

    private Reply list(Asked asked) throws Refused {
        Query query = asked.query();
        var filter = new JobFilter(query.one("queue"), query.one("state"), query.one("class"));
        return Reply.ok(jobs().list(filter, query.whole("n"), query.one("after")));
    }

    private static @Nullable String state(@Nullable String state) throws Bad {
        if (state != null && !List.of(STATES).contains(state)) {
            throw new Bad(
                    400, "\"" + state + "\" is no state; there are queued, running, succeeded, failed and cancelled");
        }
        return state;
    }

    private Reply job(Asked asked) throws Refused, Bad {
        int seconds = asked.query().whole("wait");
        return waits.during(
                asked.caller(),
                seconds > 0,
                JOBS,
                () -> Reply.ok(jobs().job(asked.name("id"), asked.bounded(Duration.ofSeconds(seconds)))));
    }

    private Reply several(String verb, JobFilter asked, String user) throws Refused, Bad {
        String state = state(asked.state());
        boolean retry = verb.equals("retry");
        var filter = new JobFilter(asked.queue(), state == null ? "failed" : state, asked.failureClass());
        if (List.of("queued", "running").contains(filter.state()) || (retry && "succeeded".equals(filter.state()))) {
            throw new Bad(
                    400,
                    "jobs that are " + filter.state() + " cannot be "
                            + (retry
                                    ? "retried; failed and cancelled ones can"
                                    : "forgotten; those that are over can"));
        }
        return Reply.ok(retry ? jobs().retry(filter, user) : jobs().forget(filter, user));
    }

    private Reply take(Asked asked) throws Refused, Bad {
        Take take = asked.body(Take.class);
        String worker = take.worker();
        if (worker == null || worker.isBlank() || worker.length() > LONGEST_NAME) {
            throw new Bad(400, "worker is missing: its name, of at most " + LONGEST_NAME + " characters");
        }
        if (!(take.waitSeconds() >= 0 && take.waitSeconds() <= LONGEST_WAIT_SECONDS)
                || take.most() < 0
                || take.most() > MOST_TAKEN) {
            throw new Bad(400, "wait is 0 to " + LONGEST_WAIT_SECONDS + " seconds, most 1 to " + MOST_TAKEN);
        }
        long millis = asked.bounded(Duration.ofMillis(Math.round(take.waitSeconds() * 1000)))
                .toMillis();
        var bounds = new Take(worker, millis / 1000.0, Math.max(1, take.most()));
        return waits.during(asked.caller(), millis > 0, JOBS, () -> {
            JobsPort jobs = jobs();
            Taken taken = jobs.take(asked.name("queue"), bounds, asked.by());
            return new Reply.Value(200, taken, Map.of(), taken.jobs().isEmpty() ? () -> {} : () -> jobs.putBack(taken));
        });
    }

    private static WorkerWord word(Asked asked) throws Bad {
        WorkerWord word = asked.body(WorkerWord.class);
        if (word.token() <= 0) {
            throw new Bad(400, "token is missing, which was given with the job");
        }
        Double progress = word.progress();
        if (progress != null && !(progress >= 0 && progress <= 100)) {
            throw new Bad(400, "progress is 0 to 100 percent");
        }
        String failure = word.failureClass();
        if (failure != null && !failure.matches("[a-z][a-z0-9_-]{0,63}")) {
            throw new Bad(400, "class is a word in lower case, such as network");
        }
        String output = word.output();
        if (output != null && output.length() > LONGEST_OUTPUT) {
            throw new Bad(400, "output is at most " + LONGEST_OUTPUT + " characters: the end of what there is");
        }
        return word;
    }
}
