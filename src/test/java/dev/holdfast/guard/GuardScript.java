package dev.holdfast.guard;

import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.Loaded;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.FakeHost.FakeProcess;
import dev.holdfast.guard.Finding.Kind;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A guard over scripted processes, on a clock that is the test's. */
abstract class GuardScript {
    static final long MIB = 1 << 20;

    @TempDir
    private Path dir;

    final FakeHost host = new FakeHost();
    final List<Action> actions = new ArrayList<>();
    final List<Finding> told = new ArrayList<>();
    /** What comes of each signal; null: what the host says. */
    Stimulus.@Nullable Blow instead;

    long nanos = 1_000_000_000L;
    Guard guard = new Guard(
            new GuardSpec(Duration.ofSeconds(5), false, List.of(), new java.util.TreeMap<>(), null, null),
            1,
            new MonoTime(0));

    @BeforeEach
    void init() {
        host.add(1, "systemd");
        host.add(FakeHost.SELF, "holdfast").session = FakeHost.SELF;
    }

    GuardSpec spec(String yaml) {
        try {
            Path file = dir.resolve("g.yaml");
            Files.writeString(
                    file,
                    "version: 1\nalerts: {channels: {ops: {type: exec, command: [x]}}}\nguard:\n  "
                            + yaml.strip().replace("\n", "\n  ") + "\n");
            Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
            if (loaded instanceof Loaded.Unsound u) {
                throw new AssertionError(u.problems().toString());
            }
            Config config = ((Loaded.Sound) loaded).config();
            return Objects.requireNonNull(config.guard());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void rules(String yaml) {
        guard = new Guard(spec("rules:\n  " + yaml.strip().replace("\n", "\n  ")), FakeHost.SELF, new MonoTime(nanos));
        look(0);
    }

    Now now() {
        return new Now(Instant.ofEpochSecond(0, nanos), new MonoTime(nanos));
    }

    /** Time goes on, then a look is taken, and what it says is done. */
    List<Finding> look(double seconds) {
        nanos += (long) (seconds * 1e9);
        host.ticks += Math.round(seconds * 100);
        actions.clear();
        int before = told.size();
        take(guard.apply(new Stimulus.Looked(host), now()));
        return told.subList(before, told.size());
    }

    void take(List<Action> all) {
        for (Action a : all) {
            actions.add(a);
            if (a instanceof Action.Tell(Finding f)) {
                told.add(f);
            }
            if (a instanceof Action.Strike(List<ProcessRef> targets, Signal signal, var _)) {
                for (ProcessRef t : targets) {
                    Stimulus.Blow blow = instead != null
                            ? instead
                            : host.signal(t, signal) ? Stimulus.Blow.SENT : Stimulus.Blow.GONE;
                    take(guard.apply(new Stimulus.Struck(t, blow, ""), now()));
                }
            }
        }
    }

    /** Looks each 5 s for as long, using so much CPU. */
    void runs(FakeProcess p, double percent, int seconds) {
        for (int i = 0; i < seconds; i += 5) {
            p.cpuTicks += 5 * percent;
            look(5);
        }
    }

    boolean alive(FakeProcess p) {
        return host.byPid.get(p.pid) == p;
    }

    List<Kind> kinds() {
        return told.stream().map(Finding::kind).toList();
    }

    static final String RUNAWAY = """
            runaway:
              match: {command: "php.*mautic", exclude: "php-fpm: master"}
              any:
                - {cpu: "> 80%", for: 2m}
                - {memory: "> 1024Mi", for: 10s}
                - {runtime: "> 30m"}
                - {cpu: "== 0%", for: 60m, name: stuck}
              action: kill
              grace: 15s
            """;
}
