package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/** What became of jobs that were submitted together: one for each, in order. Those that were accepted are on disk. */
@Json
public record Submitted(List<Job> jobs) {
    /**
     * @param status 201 accepted, 200 accepted before, 409 the id is another job's or the queue takes nothing, 422 the
     *     payload is not what the queue takes, 429 the queue is full
     * @param id empty: it has none
     * @param state of what was accepted: queued, running, succeeded, failed or cancelled; else empty
     * @param error in a sentence; empty: none
     * @param problems of a payload, all of them
     */
    @Json
    public record Job(int status, String id, String state, String error, List<FieldProblem> problems) {
        public Job {
            problems = problems == null ? List.of() : problems;
        }

        public static Job accepted(String id) {
            return new Job(201, id, "queued", "", List.of());
        }

        public static Job known(String id, String state) {
            return new Job(200, id, state, "", List.of());
        }

        /** @param id empty: it has none */
        public static Job refused(int status, String id, String error, List<FieldProblem> problems) {
            return new Job(status, id, "", error, problems);
        }

        public boolean ok() {
            return status / 100 == 2;
        }
    }
}
