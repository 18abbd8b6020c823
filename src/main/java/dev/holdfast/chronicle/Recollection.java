package dev.holdfast.chronicle;

import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From a line of the journal back to the event, where it is one that {@code why} tells of. */
final class Recollection {
    private final Map<?, ?> line;
    private final Instant at;
    private final ReplicaId replica;

    private Recollection(Map<?, ?> line, Instant at, ReplicaId replica) {
        this.line = line;
        this.at = at;
        this.replica = replica;
    }

    static Optional<Event> of(Map<String, Object> line) {
        try {
            Optional<ReplicaId> replica = ReplicaId.parse(String.valueOf(line.get("replica")));
            Instant at = Instant.parse(String.valueOf(line.get("at")));
            return replica.flatMap(r -> Optional.ofNullable(new Recollection(line, at, r).event()));
        } catch (DateTimeException noEvent) {
            return Optional.empty();
        }
    }

    private @Nullable Event event() {
        return switch (text("event")) {
            case "Started" -> new Event.Started(at, replica, instance(), leader());
            case "Adopted" -> new Event.Adopted(at, replica, instance(), leader());
            case "StartFailed" -> new Event.StartFailed(at, replica, text("why"));
            case "HookFailed" -> new Event.HookFailed(at, replica, text("hook"), text("why"));
            case "Presumed" -> new Event.Presumed(at, replica, text("why"));
            case "Unhealthy" -> new Event.Unhealthy(at, replica, text("detail"));
            case "MemoryHigh" -> new Event.MemoryHigh(at, replica, instance(), count("bytes"), count("markBytes"));
            case "Scaled" -> new Event.Scaled(at, replica, (int) count("from"), (int) count("to"), text("why"));
            case "ScaleHeld" -> new Event.ScaleHeld(at, replica, (int) count("number"), text("why"));
            case "Stopping" -> new Event.Stopping(at, replica, instance(), text("why"));
            case "Killed" -> new Event.Killed(at, replica, instance(), text("why"));
            case "Completed" -> new Event.Completed(at, replica);
            case "GivenUp" -> new Event.GivenUp(at, replica, text("why"));
            case "Exited" -> new Event.Exited(at, replica, instance(), outcome(), usage(), uptime(), text("why"));
            default -> null;
        };
    }

    private String text(String key) {
        Object value = line.get(key);
        return value == null ? "unknown" : value.toString();
    }

    private long count(String key) {
        Long number = number(line.get(key));
        return number == null ? 0 : number;
    }

    private InstanceId instance() {
        return new InstanceId(text("instance"));
    }

    private ProcessRef leader() {
        return line.get("leader") instanceof Map<?, ?> m
                        && m.get("pid") instanceof Number pid
                        && m.get("startTicks") instanceof Number ticks
                ? new ProcessRef(pid.intValue(), ticks.longValue())
                : new ProcessRef(0, 0);
    }

    private Duration uptime() {
        return line.get("uptime") instanceof Number n ? seconds(n) : Duration.ZERO;
    }

    private @Nullable Usage usage() {
        return line.get("usage") instanceof Map<?, ?> usage && usage.get("cpu") instanceof Number cpu
                ? new Usage(
                        seconds(cpu),
                        number(usage.get("maxRssBytes")),
                        number(usage.get("readBytes")),
                        number(usage.get("writtenBytes")),
                        kill(usage.get("kill")))
                : null;
    }

    private static @Nullable Kill kill(@Nullable Object tree) {
        if (!(tree instanceof Map<?, ?> kill)) {
            return null;
        }
        for (Kill.By by : Kill.By.values()) {
            if (by.name().equals(kill.get("by"))) {
                Long kills = number(kill.get("oomKills"));
                return new Kill(by, kills == null ? 0 : kills, number(kill.get("limitBytes")));
            }
        }
        return null; // written by a later version
    }

    private static @Nullable Long number(@Nullable Object value) {
        return value instanceof Number n ? (Long) n.longValue() : null;
    }

    private static Duration seconds(Number n) {
        return Duration.ofMillis(Math.round(n.doubleValue() * 1000));
    }

    private Outcome outcome() {
        Map<?, ?> tree = line.get("outcome") instanceof Map<?, ?> m ? m : Map.of();
        if (tree.get("code") instanceof Number code) {
            return new Outcome.Exited(code.intValue());
        }
        if (tree.get("signal") instanceof Number signal) {
            return new Outcome.Signalled(signal.intValue(), Boolean.TRUE.equals(tree.get("coreDumped")));
        }
        return new Outcome.Unknown(String.valueOf(tree.get("why")));
    }
}
