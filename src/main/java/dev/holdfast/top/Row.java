package dev.holdfast.top;

import dev.holdfast.api.HealthReport;
import dev.holdfast.api.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One line of the list. */
sealed interface Row {
    /** By which it is selected, and what is done to it is asked for. */
    String name();

    /** What a filter is compared with. */
    String text();

    /**
     * A replica, or a process with all of its replicas together.
     *
     * @param branch what is drawn before its name in a tree
     * @param replicas of the process it is of
     * @param cpu of one core, in percent; null: nothing runs
     * @param cpuLimit in percent of a core
     */
    record Replica(
            String name,
            String branch,
            String process,
            int replicas,
            String state,
            @Nullable Integer pid,
            long seconds,
            int restarts,
            @Nullable Double cpu,
            @Nullable Double cpuLimit,
            @Nullable Long memory,
            @Nullable Long memoryLimit,
            @Nullable Long pids,
            String health,
            String detail,
            List<Double> past)
            implements Row {
        @Override
        public String text() {
            return name + ' ' + state + ' ' + health + ' ' + detail;
        }

        Replica under(String other) {
            return new Replica(
                    name,
                    other,
                    process,
                    replicas,
                    state,
                    pid,
                    seconds,
                    restarts,
                    cpu,
                    cpuLimit,
                    memory,
                    memoryLimit,
                    pids,
                    health,
                    detail,
                    past);
        }
    }

    record Schedule(Status.Schedule is) implements Row {
        @Override
        public String name() {
            return is.name();
        }

        @Override
        public String text() {
            return is.name() + ' ' + is.state() + ' ' + is.lastResult() + ' ' + is.lastDetail();
        }
    }

    record Queue(Status.Queue is) implements Row {
        @Override
        public String name() {
            return is.name();
        }

        @Override
        public String text() {
            return is.name() + ' ' + is.trouble();
        }
    }

    record Item(HealthReport.Item is) implements Row {
        @Override
        public String name() {
            return is.kind() + ' ' + is.name();
        }

        @Override
        public String text() {
            return name() + ' ' + is.level() + ' ' + is.value() + ' ' + is.detail();
        }
    }
}
