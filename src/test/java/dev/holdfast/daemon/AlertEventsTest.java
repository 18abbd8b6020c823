package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.alert.Occasion;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which events are told, and when they are over. */
class AlertEventsTest {
    private static final ReplicaId WEB = new ReplicaId("web", 1);
    private static final Instant AT = Instant.parse("2026-11-20T10:00:00Z");

    private final List<String> said = new ArrayList<>();
    private MonoTime now = new MonoTime(0);
    private boolean open = true;

    private final AlertEvents events = new AlertEvents(
            new AlertDesk() {
                @Override
                public boolean open() {
                    return open;
                }

                @Override
                public void raise(Occasion o) {
                    said.add("raise " + o.severity().written() + " " + o.key() + ": " + o.title() + " " + o.output());
                }

                @Override
                public void raise(Supplier<Occasion> occasion) {
                    raise(occasion.get());
                }

                @Override
                public void clear(String key, String how) {
                    said.add("clear " + key);
                }

                @Override
                public void retain(String prefix, Set<String> keys) {
                    said.add("retain " + prefix + " " + keys);
                }
            },
            r -> "web/1",
            (r, most) -> List.of("last line"));

    private void fails(int times, Duration every) {
        for (int i = 0; i < times; i++) {
            events.happened(new Event.Restarting(AT, WEB, Duration.ZERO, true), now);
            now = now.plus(every);
        }
    }

    @Test
    void fiveFailuresWithinTenMinutesAreACrashLoopToldOnceAndOverWhenItIsCalm() {
        fails(4, Duration.ofSeconds(30));
        assertThat(said).isEmpty();
        fails(20, Duration.ofSeconds(30));
        assertThat(said)
                .containsExactly(
                        "raise warning process/web/1/crash-loop: web/1 has failed 5 times within 10m [last line]");
        assertThat(events.deadline()).isEqualTo(now.plus(AlertEvents.CALM.minusSeconds(30)));
        now = events.deadline();
        events.tick(now);
        assertThat(said).last().isEqualTo("clear process/web/1/crash-loop");
        assertThat(events.deadline()).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void failuresThatAreFarApartAreNoCrashLoop() {
        fails(40, Duration.ofMinutes(3));
        events.happened(new Event.Restarting(AT, WEB, Duration.ZERO, false), now); // a planned one
        assertThat(said).isEmpty();
    }

    @Test
    void whatIsGivenUpIsToldWithItsLastLinesAndEndsTheCrashLoop() {
        fails(5, Duration.ofSeconds(1));
        events.happened(new Event.GivenUp(AT, WEB, "too many failures"), now);
        assertThat(said.subList(1, 3))
                .containsExactly(
                        "clear process/web/1/crash-loop",
                        "raise critical process/web/1/given-up: web/1 was given up: too many failures [last line]");
        events.happened(new Event.Started(AT, WEB, InstanceId.fresh(), new dev.holdfast.event.ProcessRef(7, 7)), now);
        assertThat(said).last().isEqualTo("clear process/web/1/given-up");
    }

    @Test
    void aLogThatCannotBeWrittenIsToldUntilItCan() {
        events.happened(new Event.LogUnwritable(AT, WEB, "/var/log/x.log", "no space"), now);
        events.happened(new Event.LogWritable(AT, WEB, "/var/log/x.log", 12), now);
        assertThat(said)
                .containsExactly(
                        "raise warning log//var/log/x.log: /var/log/x.log cannot be written: no space []",
                        "clear log//var/log/x.log");
    }

    @Test
    void ofWhatIsNotConfiguredAnyMoreNothingLasts() {
        events.reconfigured(Map.of(), Map.of(), Set.of(), r -> Path.of("/x"));
        assertThat(said).isEmpty();
        events.begin();
        assertThat(said).containsExactly("retain process/ []", "retain log/ []");
    }

    @Test
    void whatWasGivenUpIsNoAlertAnyMoreOnceItIsStopped() {
        events.happened(new Event.GivenUp(AT, WEB, "too many failures"), now);
        events.stopped(Set.of("other"));
        assertThat(said).hasSize(1);
        events.stopped(Set.of("web"));
        events.stopped(Set.of("web"));
        assertThat(said).hasSize(2).last().isEqualTo("clear process/web/1/given-up");
    }

    private static SortedMap<String, ProcessSpec> web(Path dir, String enabled) throws IOException {
        Path file = Files.writeString(
                dir.resolve("holdfast.yaml"),
                "version: 1\nprocesses: {web: {command: [sleep, '1'], replicas: 2, enabled: " + enabled + "}}\n");
        return ((Loaded.Sound) new ConfigLoader(Map.of(), false).load(file))
                .config()
                .processes();
    }

    @Test
    void ofAProcessThatIsSwitchedOffNothingLasts(@TempDir Path dir) throws IOException {
        events.reconfigured(web(dir, "true"), web(dir, "true"), Set.of(), r -> Path.of("/x"));
        assertThat(said).isEmpty();
        events.reconfigured(web(dir, "true"), web(dir, "false"), Set.of(), r -> Path.of("/x"));
        assertThat(said).containsExactly("retain process/web/0/ []", "retain process/web/1/ []");
    }

    @Test
    void aLogThatNobodyWritesAnyMoreIsNoAlert(@TempDir Path dir) throws IOException {
        events.happened(new Event.LogUnwritable(AT, WEB, "/var/log/x.log", "no space"), now);
        events.reconfigured(web(dir, "true"), web(dir, "true"), Set.of(), r -> Path.of("/var/log/x.log"));
        assertThat(said).hasSize(1);
        events.reconfigured(web(dir, "true"), web(dir, "true"), Set.of(), r -> Path.of("/var/log/other.log"));
        assertThat(said).hasSize(2).last().isEqualTo("clear log//var/log/x.log");
    }

    @Test
    void whatWasGivenUpBeforeThereWereAlertsIsToldOnceThereAre(@TempDir Path dir) throws IOException {
        open = false;
        events.happened(new Event.GivenUp(AT, WEB, "5 failures"), now);
        var other = new ReplicaId("db", 0);
        events.happened(new Event.GivenUp(AT, other, "5 failures"), now);
        events.happened(new Event.Adopted(AT, other, InstanceId.fresh(), new ProcessRef(7, 1)), now);
        events.reconfigured(web(dir, "true"), web(dir, "true"), Set.of(), r -> Path.of("/x"));
        assertThat(said).isEmpty();
        open = true;
        events.reconfigured(web(dir, "true"), web(dir, "true"), Set.of(), r -> Path.of("/x"));
        events.reconfigured(web(dir, "true"), web(dir, "true"), Set.of(), r -> Path.of("/x"));
        assertThat(said).hasSize(1).first().asString().startsWith("raise critical process/web/1/given-up: ");
    }

    @Test
    void theLogOfAScheduleThatAReloadTookAwayIsNoAlertAnyMore(@TempDir Path dir) throws IOException {
        var job = new ReplicaId("nightly", 0);
        events.happened(new Event.LogUnwritable(AT, job, "/var/log/n.log", "no space"), now);
        events.reconfigured(web(dir, "true"), web(dir, "true"), Set.of("nightly"), r -> Path.of("/var/log/n.log"));
        assertThat(said).hasSize(1);
        events.reconfigured(web(dir, "true"), web(dir, "true"), Set.of("nightly"), r -> Path.of("/var/log/o.log"));
        assertThat(said).hasSize(2).last().isEqualTo("clear log//var/log/n.log");
        events.happened(new Event.LogUnwritable(AT, job, "/var/log/n.log", "no space"), now);
        events.reconfigured(web(dir, "true"), web(dir, "true"), Set.of(), r -> Path.of("/var/log/n.log"));
        assertThat(said).hasSize(4).last().isEqualTo("clear log//var/log/n.log");
    }

    @Test
    void anOutputThatAReloadTookAwayIsNoAlertAnyMore(@TempDir Path dir) throws IOException {
        events.happened(new Event.LogUnwritable(AT, Console.OWN, "syslog /dev/log", "away"), now);
        events.reconfigured(web(dir, "true"), web(dir, "true"), Set.of(), r -> Path.of("/x"));
        events.distributed(Set.of("stdout", "syslog /dev/log"));
        assertThat(said).hasSize(1);
        events.distributed(Set.of("stdout"));
        assertThat(said).hasSize(2).last().isEqualTo("clear log/syslog /dev/log");
    }
}
