package dev.holdfast.daemon;

import dev.holdfast.api.FieldProblem;
import dev.holdfast.api.Submission;
import dev.holdfast.api.Submitted;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.job.JobState;
import dev.holdfast.queue.Arguments;
import dev.holdfast.queue.Payload;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.Durations;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Submissions, looked at before the store is asked to take them in.
 *
 * @param refused in the order they came; null where the store is to say
 * @param sound those that it is asked to take, in the same order
 */
record CheckedSubmissions(List<Submitted.@Nullable Job> refused, List<Jobs.Fresh> sound) {

    static CheckedSubmissions of(QueueSpec spec, List<Submission> jobs, Instant now) {
        var payload = Payload.of(spec.payload());
        var refused = new ArrayList<Submitted.@Nullable Job>();
        var sound = new ArrayList<Jobs.Fresh>();
        for (Submission job : jobs) {
            String id = job.id() == null ? InstanceId.fresh().value() : job.id();
            String known = job.id() == null ? "" : id;
            switch (payload.check(job.payload())) {
                case Payload.Checked.Unsound(var problems) ->
                    refused.add(Submitted.Job.refused(
                            422,
                            known,
                            "the payload is not what " + spec.name() + " takes",
                            problems.stream()
                                    .map(p -> new FieldProblem(p.field(), p.problem()))
                                    .toList()));
                case Payload.Checked.Sound(var values) -> {
                    String objection = Arguments.objection(spec, id, values);
                    if (objection != null) {
                        refused.add(Submitted.Job.refused(422, known, objection, List.of()));
                    } else {
                        refused.add(null);
                        sound.add(fresh(spec, job, id, values, now));
                    }
                }
            }
        }
        return new CheckedSubmissions(refused, sound);
    }

    private static Jobs.Fresh fresh(
            QueueSpec spec, Submission job, String id, SortedMap<String, String> values, Instant now) {
        String delay = job.delay();
        String key = spec.key();
        Instant notBefore = delay == null ? now : now.plus(Durations.parse(delay));
        return new Jobs.Fresh(
                id,
                spec.name(),
                values,
                job.priority(),
                key == null ? null : Arguments.key(key, values),
                notBefore.minus(spec.ageing().multipliedBy(job.priority())),
                notBefore);
    }

    /** @param accepted what the store said, of each that it was asked */
    Submitted answers(List<Jobs.Accepted> accepted) {
        var told = accepted.iterator();
        var all = new ArrayList<>(refused);
        all.replaceAll(a -> a == null ? answer(told.next()) : a);
        return new Submitted(all.stream().map(Objects::requireNonNull).toList());
    }

    private static Submitted.Job answer(Jobs.Accepted a) {
        return switch (a) {
            case Jobs.Accepted.New(String id) -> Submitted.Job.accepted(id);
            case Jobs.Accepted.Known(String id, JobState state) -> Submitted.Job.known(id, state.written());
            case Jobs.Accepted.Refused(String id, String why, boolean conflict) ->
                Submitted.Job.refused(conflict ? 409 : 429, id, why, List.of());
        };
    }
}
