package dev.holdfast.api;

import dev.holdfast.api.ControlPort.Refused;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Says what it was asked, and answers by names: a queue or job "gone" is unknown, ids "full", "old" and "bad" are not taken. */
final class RememberedJobs implements JobsPort {
    final List<String> asked = new CopyOnWriteArrayList<>();
    final RememberedRecords audit = new RememberedRecords();
    final CountDownLatch hold = new CountDownLatch(1);

    static final JobReport REPORT = new JobReport(
            "j1",
            "downloads",
            "succeeded",
            new TreeMap<>(Map.of("url", "u")),
            0,
            null,
            "2026-11-21T05:50:00Z",
            null,
            null,
            1,
            null,
            null,
            "",
            null,
            null,
            List.of());

    /** What the server asks, when nothing but jobs is asked of it. */
    ControlPort control() {
        return (ControlPort) Proxy.newProxyInstance(
                ControlPort.class.getClassLoader(),
                new Class<?>[] {ControlPort.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "jobs" -> this;
                    case "records" -> audit;
                    case "doctor" -> new Doctor(List.of());
                    case "down", "reopenLogs" -> null;
                    default -> throw new Refused(409, new Failure("nothing but jobs is asked of it here", List.of()));
                });
    }

    static ControlPort failing() {
        return (ControlPort) Proxy.newProxyInstance(
                ControlPort.class.getClassLoader(), new Class<?>[] {ControlPort.class}, (proxy, method, args) -> {
                    throw new IllegalStateException("a bug");
                });
    }

    private void ask(String name, String what) throws Refused {
        asked.add(what);
        if (name.equals("gone")) {
            throw new Refused(404, new Failure("\"gone\" is not here", List.of()));
        }
        if (name.equals("down")) {
            throw new Refused(503, Failure.later("the store cannot be asked", 7));
        }
    }

    @Override
    public Submitted submit(String queue, List<Submission> jobs, String by) throws Refused {
        ask(queue, "submit " + queue + " " + jobs.size() + " " + jobs.getFirst());
        var answers = new ArrayList<Submitted.Job>();
        for (Submission job : jobs) {
            String id = job.id() == null ? "made" : job.id();
            answers.add(
                    switch (id) {
                        case "full" -> Submitted.Job.refused(429, id, "the queue is full", List.of());
                        case "old" -> Submitted.Job.known(id, "running");
                        case "other" -> Submitted.Job.refused(409, id, "the id is another job's", List.of());
                        case "bad" ->
                            Submitted.Job.refused(
                                    422,
                                    id,
                                    "the payload is not what downloads takes",
                                    List.of(new FieldProblem("url", "is missing"), new FieldProblem("n", "is 11")));
                        default -> Submitted.Job.accepted(id);
                    });
        }
        return new Submitted(answers);
    }

    @Override
    public FleetReport fleet() throws Refused {
        ask("", "fleet");
        return new FleetReport(false, List.of());
    }

    @Override
    public QueueList queues() throws Refused {
        ask("", "queues");
        return new QueueList(List.of());
    }

    @Override
    public QueueReport queue(String name, boolean detailed) throws Refused {
        ask(name, "queue " + name + " " + detailed);
        return report(name);
    }

    private static QueueReport report(String name) {
        return new QueueReport(
                name, "open", false, 1, 0, 0, 0, 0, null, 900, 0, 0, 0, null, 0, null, null, List.of(), null);
    }

    @Override
    public QueueReport steer(String queue, Verb verb, String by) throws Refused {
        ask(queue, verb + " " + queue);
        return report(queue);
    }

    @Override
    public JobList list(JobFilter filter, int most, @Nullable String after) throws Refused {
        ask("", "list " + filter + " " + most + " " + after);
        return new JobList(List.of(REPORT), false);
    }

    @Override
    public JobReport job(String id, Duration wait) throws Refused {
        ask(id, "job " + id + " " + wait);
        held(wait);
        return REPORT;
    }

    private void held(Duration wait) {
        if (!wait.isZero()) {
            try {
                hold.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private JobStanding standing(String id, String what) throws Refused {
        ask(id, what + " " + id);
        return new JobStanding(id, "queued", null, "");
    }

    @Override
    public JobStanding cancel(String id, String by) throws Refused {
        return standing(id, "cancel");
    }

    @Override
    public JobStanding retry(String id, String by) throws Refused {
        return standing(id, "retry");
    }

    @Override
    public void forget(String id, String by) throws Refused {
        ask(id, "forget " + id);
    }

    @Override
    public JobCount retry(JobFilter filter, String by) throws Refused {
        ask("", "retry " + filter);
        return new JobCount(3);
    }

    @Override
    public JobCount forget(JobFilter filter, String by) throws Refused {
        ask("", "forget " + filter);
        return new JobCount(4);
    }

    @Override
    public Taken take(String queue, Take take, String by) throws Refused {
        ask(queue, take.toString());
        held(Duration.ofMillis(Math.round(take.waitSeconds() * 1000)));
        return new Taken(
                List.of(new Taken.Job(
                        "j1", queue, 5, new TreeMap<>(Map.of("url", "u")), 1, 0, "2026-11-21T05:50:00Z", 30, null)),
                false);
    }

    @Override
    public void putBack(Taken taken) {
        asked.add("put back " + taken.jobs().size());
    }

    @Override
    public Beat heartbeat(String id, WorkerWord word) throws Refused {
        ask(id, "heartbeat " + id + " " + word);
        return new Beat(true);
    }

    @Override
    public JobStanding complete(String id, WorkerWord word) throws Refused {
        return standing(id, "complete " + word);
    }

    @Override
    public JobStanding fail(String id, WorkerWord word) throws Refused {
        return standing(id, "fail " + word);
    }
}
