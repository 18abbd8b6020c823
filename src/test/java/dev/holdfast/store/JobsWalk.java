package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.store.Jobs.Accepted;
import dev.holdfast.store.Jobs.Fresh;
import dev.holdfast.store.Jobs.Gate;
import dev.holdfast.store.Jobs.Seen;
import dev.holdfast.store.Jobs.Taken;
import dev.holdfast.store.Jobs.Which;
import dev.holdfast.store.Jobs.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One random walk, which a store and {@link JobsModel} take side by side; they are to say the same at each step. */
final class JobsWalk {
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final List<String> QUEUES = List.of("q", "r");

    private final Random random;
    private final TestClock clock;
    private final List<Jobs> hosts;
    private final JobsModel model = new JobsModel();
    private final List<Hold> holds = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private final String names;

    /** @param names that no other walk in the same store has */
    JobsWalk(long seed, TestClock clock, List<Jobs> hosts, String names) {
        this.random = new Random(seed);
        this.clock = clock;
        this.hosts = hosts;
        this.names = names;
    }

    void go(int steps) throws Exception {
        try {
            for (int i = 0; i < steps; i++) {
                step();
                if (random.nextInt(10) == 0) {
                    compare();
                }
            }
            compare();
            tell(); // nothing is left for the next walk
        } catch (AssertionError e) {
            int from = Math.max(0, trace.size() - 40);
            throw new AssertionError(
                    e.getMessage() + "\nthe last steps:\n" + String.join("\n", trace.subList(from, trace.size())), e);
        }
    }

    private Jobs host() {
        return hosts.get(random.nextInt(hosts.size()));
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String queue() {
        return names + one(QUEUES);
    }

    private String id() {
        return names + random.nextInt(40);
    }

    private @Nullable Hold hold() {
        return holds.isEmpty() ? null : holds.get(Math.max(0, holds.size() - 1 - random.nextInt(12)));
    }

    private void step() throws Exception {
        int dice = random.nextInt(100);
        if (dice < 30) {
            submit();
        } else if (dice < 55) {
            claim();
        } else if (dice < 75) {
            end();
        } else if (dice < 80) {
            renew();
        } else if (dice < 85) {
            cancel();
        } else if (dice < 88) {
            many();
        } else if (dice < 90) {
            gate();
        } else if (dice < 92) {
            tell();
        } else {
            Duration by = Duration.ofMillis(random.nextInt(9000));
            trace.add("pass " + by);
            clock.pass(by);
        }
    }

    private void submit() throws Exception {
        var jobs = new ArrayList<Fresh>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            Instant now = clock.wall();
            String key = random.nextInt(3) == 0 ? null : "k" + random.nextInt(3);
            Instant order = now.minusSeconds(random.nextInt(3) == 0 ? random.nextInt(5) * 60L : 0);
            Instant due = random.nextInt(4) == 0 ? now.plusSeconds(random.nextInt(15)) : now;
            String queue = queue();
            jobs.add(new Fresh(
                    id(),
                    queue,
                    new TreeMap<>(Map.of("v", random.nextInt(20) == 0 ? "other" : queue)),
                    0,
                    key,
                    order,
                    due));
        }
        int most = random.nextBoolean() ? 0 : 12;
        trace.add("submit " + jobs + " " + most);
        List<String> told = JobsWords.get(host().submit(jobs, most)).stream()
                .map(a -> switch (a) {
                    case Accepted.New _ -> "new";
                    case Accepted.Known k -> "known " + k.state();
                    case Accepted.Refused r -> r.conflict() ? "conflict" : "refused";
                })
                .toList();
        assertThat(told)
                .isEqualTo(jobs.stream()
                        .map(j -> model.submit(j, most, clock.wall()))
                        .toList());
    }

    private void claim() throws Exception {
        var wish = new Wish(queue(), "h", 1 + random.nextInt(5), LEASE, random.nextInt(4), 0, 0);
        trace.add("claim " + wish);
        Taken taken = JobsWords.get(host().claim(wish));
        List<JobsModel.One> expected = model.eligible(wish, clock.wall());
        assertThat(taken.jobs().stream().map(Job::id).toList())
                .isEqualTo(expected.stream().map(j -> j.fresh.id()).toList());
        for (int i = 0; i < expected.size(); i++) {
            Job given = taken.jobs().get(i);
            assertThat(model.holds).as("tokens grow").doesNotContainKey(given.hold());
            model.took(expected.get(i), given, clock.wall(), LEASE);
            holds.add(given.hold());
            assertThat(given.attempt()).isEqualTo(expected.get(i).attempt);
        }
    }

    private void end() throws Exception {
        Hold hold = hold();
        if (hold == null) {
            return;
        }
        Instant now = clock.wall();
        String failure = random.nextBoolean() ? Failure.PROCESS : Failure.NETWORK;
        Next next = switch (random.nextInt(5)) {
            case 0 -> new Next.Again(now.plusSeconds(random.nextInt(10)));
            case 1 -> new Next.Unbegun();
            case 2 -> new Next.Over(JobState.FAILED, random.nextBoolean());
            default -> new Next.Over(JobState.SUCCEEDED, random.nextInt(5) == 0);
        };
        boolean well = next instanceof Next.Over over && over.state() == JobState.SUCCEEDED;
        String kind = well ? null : failure;
        var attempt = next instanceof Next.Unbegun
                ? null
                : new Attempt(1, "h", now, now, kind, "", 1, null, null, null, null, null, null);
        trace.add("end " + hold + " " + next);
        boolean told = JobsWords.get(host().end(hold, attempt, next));
        // Of what was not begun nobody remembers for long that it was told.
        JobsModel.One job = model.jobs.get(hold.job());
        if (model.holds.get(hold) != JobsModel.HoldState.UNBEGUN || (job != null && job.hold != null)) {
            assertThat(told).isEqualTo(model.end(hold, kind, next, now));
        }
    }

    private void renew() throws Exception {
        Hold hold = hold();
        if (hold != null) {
            trace.add("renew " + hold);
            var renewed = JobsWords.get(host().renew(List.of(hold), LEASE));
            String told =
                    !renewed.lost().isEmpty() ? "lost" : renewed.cancelled().isEmpty() ? "kept" : "cancelled";
            assertThat(told).isEqualTo(model.renew(hold, clock.wall(), LEASE));
        }
    }

    private void cancel() throws Exception {
        String id = id();
        trace.add("cancel " + id);
        assertThat(JobsWords.get(host().cancel(id, "me"))).isEqualTo(model.cancel(id, clock.wall()));
    }

    private Which which() {
        return new Which(
                queue(),
                random.nextInt(3) == 0 ? one(List.of(JobState.values())) : null,
                random.nextInt(3) == 0 ? Failure.NETWORK : null);
    }

    private void many() throws Exception {
        Which which = which();
        String id = random.nextBoolean() ? id() : null;
        if (random.nextBoolean()) {
            trace.add("retry " + which + " " + id);
            assertThat(JobsWords.get(host().retry(which, id))).isEqualTo(model.retry(which, id, clock.wall()));
        } else {
            trace.add("forget " + which + " " + id);
            assertThat(JobsWords.get(host().forget(which, id))).isEqualTo(model.forget(which, id));
        }
    }

    private void gate() throws Exception {
        String queue = queue();
        Gate gate = random.nextBoolean() ? Gate.OPEN : one(List.of(Gate.values()));
        trace.add("gate " + queue + " " + gate);
        JobsWords.get(host().gate(queue, gate, "me"));
        model.gates.put(queue, gate);
    }

    private void tell() throws Exception {
        trace.add("tell");
        var told = JobsWords.get(host().notices(1000, Duration.ofDays(365)));
        assertThat(told.stream().map(n -> n.job().id()).toList()).containsExactlyInAnyOrderElementsOf(model.untold);
        for (var notice : told) {
            assertThat(JobsWords.get(host().noticed(notice.id(), null))).isTrue();
        }
        model.untold.clear();
    }

    // ── all of it ──

    private void compare() throws Exception {
        for (String q : QUEUES) {
            String queue = names + q;
            for (JobState state : JobState.values()) {
                var which = new Which(queue, state, null);
                assertThat(listed(which))
                        .as("%s in %s", state, queue)
                        .isEqualTo(model.matching(which, null).reversed().stream()
                                .map(j -> j.fresh.id())
                                .toList());
            }
            health(queue);
        }
        for (JobsModel.One j : model.jobs.values()) {
            Seen seen = Objects.requireNonNull(JobsWords.get(host().job(j.fresh.id())));
            assertThat(List.of(
                            seen.state(),
                            seen.attempt(),
                            String.valueOf(seen.failure()),
                            seen.attempts().size()))
                    .as(j.fresh.id())
                    .isEqualTo(List.of(j.state, j.attempt, String.valueOf(j.failure), j.attempts));
            assertThat(seen.ended()).isEqualTo(j.ended);
            assertThat(seen.submitted()).isEqualTo(j.submitted);
        }
    }

    private List<String> listed(Which which) throws Exception {
        var all = new ArrayList<String>();
        String after = null;
        while (true) {
            var page = JobsWords.get(host().list(which, 7, after));
            page.jobs().forEach(j -> all.add(j.id()));
            if (!page.more()) {
                return all;
            }
            after = page.jobs().getLast().id();
        }
    }

    private void health(String queue) throws Exception {
        var health =
                JobsWords.get(host().health(List.of(queue), Duration.ofDays(1))).getFirst();
        var waiting = model.of(queue, JobState.QUEUED);
        var due = waiting.stream().filter(j -> !j.due.isAfter(clock.wall())).toList();
        assertThat(List.of(health.waiting(), health.delayed(), health.running(), health.failedKept()))
                .as("waiting, delayed, running, failed of %s", queue)
                .isEqualTo(List.of(
                        (long) waiting.size(),
                        (long) waiting.size() - due.size(),
                        (long) model.of(queue, JobState.RUNNING).size(),
                        (long) model.of(queue, JobState.FAILED).size()));
        assertThat(health.oldest())
                .isEqualTo(due.stream().map(j -> j.due).min(Instant::compareTo).orElse(null));
    }
}
