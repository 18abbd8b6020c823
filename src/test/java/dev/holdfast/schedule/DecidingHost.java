package dev.holdfast.schedule;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.io.TempDir;

/** A host for the decisions of schedules: its clocks, what was done, what was kept. */
abstract class DecidingHost {
    @TempDir
    Path dir;

    Instant wall = Instant.parse("2026-01-01T00:00:30Z");
    MonoTime mono = new MonoTime(0);
    int ids;
    final List<Action> actions = new ArrayList<>();

    static Stimulus begin(Memory ofA) {
        return new Stimulus.Begin(Map.of("a", read(ofA)), "boot");
    }

    /** As it comes back from the disk. */
    static Memory read(Memory m) {
        return new Memory(
                m.considered(),
                m.timing(),
                m.paused(),
                m.failures(),
                m.boot(),
                m.owed().stream()
                        .map(o -> Owed.read("a", o.written()).orElseThrow())
                        .toList(),
                m.last() == null ? null : Last.read(m.last().written()).orElseThrow());
    }

    /** What was kept of it last. */
    Memory memory(String name) {
        return only(Action.Remember.class).stream()
                .filter(r -> r.schedule().equals(name))
                .reduce((x, y) -> y)
                .orElseThrow()
                .memory();
    }

    Schedules begun(String schedules) throws IOException {
        Schedules s = new Schedules(specs(schedules), this::id, 1);
        act(s, new Stimulus.Begin(Map.of(), "boot"));
        return s;
    }

    SortedMap<String, ScheduleSpec> specs(String schedules) throws IOException {
        Path file = dir.resolve("s.yaml");
        Files.writeString(
                file, "version: 1\ndefaults: { schedule: { timezone: UTC } }\nschedules:\n  " + schedules + "\n");
        return ((Loaded.Sound) new ConfigLoader(Map.of(), false).load(file))
                .config()
                .schedules();
    }

    InstanceId id() {
        return new InstanceId("i" + ids++);
    }

    /** Lets so much time pass, a second each. @return all launches so far */
    List<Action.Launch> pass(Schedules s, int seconds) {
        for (int i = 0; i < seconds; i++) {
            wall = wall.plusSeconds(1);
            mono = mono.plus(Duration.ofSeconds(1));
            act(s, new Stimulus.Tick());
        }
        return launches();
    }

    void end(Schedules s, Action.Launch run, int code) {
        act(s, new Stimulus.Exited(run.instance(), new Outcome.Exited(code), null));
        act(s, new Stimulus.Emptied(run.instance()));
    }

    void act(Schedules s, Stimulus stimulus) {
        actions.addAll(s.apply(stimulus, new Now(wall, mono)));
    }

    List<Action.Launch> launches() {
        return only(Action.Launch.class);
    }

    List<Action.Ended> ends() {
        return only(Action.Ended.class);
    }

    List<Action.LeftOut> lefts() {
        return only(Action.LeftOut.class);
    }

    List<Action.Claim> claims() {
        return only(Action.Claim.class);
    }

    <T extends Action> List<T> only(Class<T> type) {
        return actions.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
