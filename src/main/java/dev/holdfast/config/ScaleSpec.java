package dev.holdfast.config;

import dev.holdfast.unit.Percent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code scale:} of a process, with every default filled in: how many replicas, by what there is to do.
 *
 * @param min 0 to 1000; 0 only where the load is known without a replica
 * @param max {@code min} to 1000, at least 1
 * @param tolerance so far from the target nothing is changed; of a level, that is how far off; of a load, how much more
 *     than its replicas should have
 * @param upCooldown after any change before more come
 * @param downCooldown the highest number wanted in so long stays
 * @param step how many come at once at most; null: as many as there are, at least 4
 * @param memoryReserve share of the host's memory that is left free by those that come
 */
public record ScaleSpec(
        int min,
        int max,
        By by,
        Percent tolerance,
        Duration upCooldown,
        Duration downCooldown,
        @Nullable Integer step,
        Percent memoryReserve) {
    /** What decides. */
    public sealed interface By {
        /** In a few words, such as {@code queue media, 5 a replica}. */
        String words();

        /**
         * Jobs that wait and could run, and those that run.
         *
         * @param perReplica more than 0
         */
        record Queue(@KeyName("queue") String name, double perReplica) implements By {
            @Override
            public String words() {
                return "queue " + name + ", " + number(perReplica) + " a replica";
            }
        }

        /**
         * Mean use of the replicas.
         *
         * @param target of the CPU limit of each, or of one processor without one
         */
        record Cpu(@KeyName("cpu") Percent target) implements By {
            @Override
            public String words() {
                return "cpu " + target;
            }
        }

        /**
         * A number that a probe measures, shared out.
         *
         * @param perReplica more than 0
         */
        record Shared(@KeyName("probe") String name, double perReplica) implements By {
            @Override
            public String words() {
                return "probe " + name + ", " + number(perReplica) + " a replica";
            }
        }

        /**
         * A number that a probe measures, to be held.
         *
         * @param target more than 0
         */
        record Level(@KeyName("probe") String name, double target) implements By {
            @Override
            public String words() {
                return "probe " + name + " at " + number(target);
            }
        }

        /** A probe's latency, to be held. */
        record Latency(
                @KeyName("probe") String name,
                @KeyName("latency") Duration target) implements By {
            @Override
            public String words() {
                return "latency of probe " + name + " at " + dev.holdfast.unit.Durations.format(target);
            }
        }

        /** Without a fraction where there is none, else to hundredths. */
        static String number(double n) {
            return new java.math.BigDecimal(n)
                    .setScale(2, java.math.RoundingMode.HALF_UP)
                    .stripTrailingZeros()
                    .toPlainString();
        }

        /** The probe that is asked; null: none is. */
        default @Nullable String probe() {
            return switch (this) {
                case Shared s -> s.name();
                case Level l -> l.name();
                case Latency l -> l.name();
                case Queue _, Cpu _ -> null;
            };
        }

        /** Whether it is a load that replicas share, known also when there is none; else a level that follows their number. */
        default boolean shared() {
            return this instanceof Queue || this instanceof Shared;
        }
    }

    /** The nearest number it may have. */
    public int within(int n) {
        return Math.max(min, Math.min(max, n));
    }
}
