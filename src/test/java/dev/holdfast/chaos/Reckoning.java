package dev.holdfast.chaos;

import dev.holdfast.api.ControlPort;
import dev.holdfast.api.JobReport;
import dev.holdfast.api.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** When the faults are over: whether everything is as it should be again, and nothing was lost on the way. */
final class Reckoning {
    private final Subject subject;
    private final Grounds grounds;
    private final Chronicle chronicle;
    private final Api api;
    private final Duration bound;
    /** How often each job that has ended was begun. */
    private final Map<String, Long> begun = new TreeMap<>();

    /**
     * @param api with a token that may all
     * @param bound within which all is well again
     */
    Reckoning(Subject subject, Grounds grounds, Chronicle chronicle, Api api, Duration bound) {
        this.subject = subject;
        this.grounds = grounds;
        this.chronicle = chronicle;
        this.api = api;
        this.bound = bound;
    }

    private interface Question {
        /** Empty: all is well; else what is not. */
        String ask() throws IOException, ControlPort.Refused;
    }

    private void await(String what, Question question) {
        var last = new String[] {""};
        try {
            Awaitility.await()
                    .atMost(bound)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> {
                        try {
                            last[0] = question.ask();
                        } catch (IOException | ControlPort.Refused e) {
                            last[0] = e.toString();
                        }
                        return last[0].isEmpty();
                    });
            chronicle.befell("well: " + what);
        } catch (ConditionTimeoutException e) {
            chronicle.violated(what + " not within " + bound + ": " + last[0]);
        }
    }

    void everybodyIsBack() {
        await("those who should run do", () -> {
            Map<String, Long> holders = Sightings.holders(grounds.marks(), grounds.mark());
            return FullConfiguration.LASTING.stream()
                    .filter(name -> !holders.containsKey(name)
                            || Sightings.began(holders.get(name)).isEmpty())
                    .collect(Collectors.joining(", "));
        });
        await(
                "they are said to be up",
                () -> subject.client().get("/api/v1/status", Status.class).replicas().stream()
                        .filter(r -> !List.of("prepare", "crasher", "hopeless").contains(r.process()))
                        .filter(r -> r.wanted() && !r.state().equals("up"))
                        .map(r -> r.name() + " is " + r.state() + " " + r.detail())
                        .collect(Collectors.joining(", ")));
        await("it answers by TCP", () -> notOk(api.get("/api/v1/status")));
        var metrics = new Api(grounds.metricsPort(), api.token(), api.patience());
        await("it tells its figures", () -> notOk(metrics.get("/metrics")));
        var before = new HashMap<String, Long>();
        FullConfiguration.DUE.forEach(s -> before.put(s, size("runs." + s)));
        await(
                "schedules begin",
                () -> FullConfiguration.DUE.stream()
                        .filter(s -> size("runs." + s) <= before.get(s))
                        .collect(Collectors.joining(", ")));
    }

    private static String notOk(Api.Answer answer) {
        return answer.status() == 200 && !answer.text().isBlank() ? "" : answer.toString();
    }

    private long size(String mark) {
        return Sightings.read(grounds.marks().resolve(mark)).length();
    }

    void hogsAreEnded(List<Process> hogs) {
        await(
                "the guard ended the hogs",
                () -> hogs.stream()
                        .filter(Process::isAlive)
                        .map(p -> "pid " + p.pid())
                        .collect(Collectors.joining(", ")));
    }

    void floodsAreCleanedUp() {
        await("files are cleaned up", () -> named(grounds.home().resolve("tmp"), 5));
    }

    /** Each job that was taken ended as its queue's contract says. */
    void jobsEnded(Map<String, String> taken) {
        var ended = new TreeMap<String, JobReport>();
        await("jobs end", () -> {
            for (String id : taken.keySet()) {
                if (!ended.containsKey(id)) {
                    JobReport job = subject.client().get("/api/v1/jobs/" + id, JobReport.class);
                    if (!job.over()) {
                        return id + " is " + job.state() + ", " + ended.size() + " of " + taken.size() + " are over";
                    }
                    ended.put(id, job);
                }
            }
            return "";
        });
        Map<String, Long> began = counted("began");
        Map<String, Long> done = counted("done");
        ended.forEach((id, job) -> {
            String kind = taken.get(id);
            long times = began.getOrDefault(id, 0L);
            begun.put(id, times);
            if (times > job.attempts().size()) {
                chronicle.violated("a job was begun " + times + " times, which is more than it tells: " + job);
            }
            boolean succeeds = kind.equals("good") || kind.equals("fork");
            if (!job.state().equals(succeeds ? "succeeded" : "failed")) {
                chronicle.violated("a job that was to " + (succeeds ? "succeed" : "fail") + ": " + job);
            }
            if (succeeds && done.getOrDefault(id, 0L) == 0) {
                chronicle.violated("a job that is said to have succeeded never came to its end: " + job);
            }
            if (kind.equals("good")
                    && !Sightings.read(grounds.home().resolve("ready/" + id + "/out"))
                            .equals(id + "\n")) {
                chronicle.violated("the result of a job is not there: " + job);
            }
        });
        began.forEach((id, times) -> {
            int most = FullConfiguration.mostAttempts(id.substring(0, id.indexOf('-')));
            if (times > most) {
                chronicle.violated(
                        id + " was begun " + times + " times, and was to be tried " + most + " times at most");
            }
        });
        await("work directories are gone", () -> left(grounds.within("state/work")));
    }

    private Map<String, Long> counted(String mark) {
        return Sightings.read(grounds.marks().resolve(mark))
                .lines()
                .collect(Collectors.groupingBy(l -> l, Collectors.counting()));
    }

    private static String left(Path base) throws IOException {
        if (!Files.exists(base)) {
            return "";
        }
        try (Stream<Path> all = Files.walk(base)) {
            return all.filter(p -> base.relativize(p).getNameCount() > 1 && !p.endsWith(".holdfast-queue"))
                    .map(Path::toString)
                    .limit(5)
                    .collect(Collectors.joining(", "));
        } catch (java.io.UncheckedIOException goingMeanwhile) {
            return goingMeanwhile.toString();
        }
    }

    private static String named(Path dir, int most) throws IOException {
        try (Stream<Path> all = Files.list(dir)) {
            return all.limit(most).map(p -> p.getFileName().toString()).collect(Collectors.joining(", "));
        }
    }

    /** It ends as asked, and nothing of it is left. */
    void nothingIsLeft() throws IOException, InterruptedException {
        int code = subject.end();
        if (code != 0) {
            chronicle.violated("the daemon ended with " + code + "\n" + subject.lastWords());
        }
        Map<String, Long> began = counted("began");
        begun.forEach((id, times) -> {
            if (began.getOrDefault(id, 0L) > times) {
                chronicle.violated(id + ", which was over, was begun again");
            }
        });
        List<Sightings.Seen> left = Sightings.beside(grounds.holder().pid());
        if (!left.isEmpty()) {
            chronicle.violated("survivors: " + left);
        }
        String files = named(grounds.home().resolve("run/instances"), 5);
        if (!files.isEmpty()) {
            chronicle.violated("instances are left in RUN: " + files);
        }
    }

    /** Every line of the scribe, whose disk was never full, once and in its order; and logs no larger than allowed. */
    void linesAreThere(Supplier<Stream<String>> scribe, long most) throws IOException {
        var last = new HashMap<String, Long>();
        scribe.get().forEach(line -> {
            String[] words = line.split(" ", 3);
            long n = Long.parseLong(words[1]);
            long before = last.getOrDefault(words[0], 0L);
            if (n != before + 1) {
                chronicle.violated("after line " + before + " of " + words[0] + " comes " + n);
            }
            last.put(words[0], n);
        });
        Sightings.read(grounds.marks().resolve("said.scribe")).lines().forEach(said -> {
            String[] words = said.split(" ", 2);
            if (last.getOrDefault(words[0], 0L) != Long.parseLong(words[1])) {
                chronicle.violated("said " + said + " lines, and kept " + last.get(words[0]));
            }
        });
        if (last.isEmpty()) {
            chronicle.violated("no lines at all");
        }
        try (Stream<Path> all = Files.walk(grounds.within("log"))) {
            long bytes = all.filter(Files::isRegularFile)
                    .mapToLong(p -> p.toFile().length())
                    .sum();
            if (bytes > most) {
                chronicle.violated("logs have " + bytes + " bytes");
            }
        }
    }
}
