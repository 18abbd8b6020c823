package dev.holdfast.daemon;

import dev.holdfast.alert.Delivery;
import dev.holdfast.alert.Item;
import dev.holdfast.alert.Letter;
import dev.holdfast.alert.Payload;
import dev.holdfast.alert.Wording;
import dev.holdfast.chronicle.Words;
import dev.holdfast.config.AlertSpec.Way;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.Launch;
import dev.holdfast.process.Launcher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells by programs: launched as everything else is, with the alert in variables, and as JSON in their input. That is a
 * file, since a program of the daemon begins with nothing to read: a shell opens it and becomes the program. The loop's
 * thread's own, but for {@link #run}.
 */
final class AlertCommands {
    private static final int BAD_REQUEST = 65; // EX_DATAERR of sysexits.h: this will never be right

    private static final int LONGEST = 16_000;

    private final Launcher launcher;
    private final Map<String, String> environment;
    private final Supplier<InstanceId> ids;
    private final Consumer<Runnable> soon;
    private final Path dir;
    private final Map<InstanceId, Running> running = new HashMap<>();

    private record Running(
            Path input,
            MonoTime killAt,
            Duration timeout,
            @Nullable Delivery result,
            Consumer<Delivery> then) {
        Running with(Delivery d) {
            return new Running(input, MonoTime.NEVER, timeout, d, then);
        }
    }

    /** @param environment of programs, complete */
    AlertCommands(
            Launcher launcher,
            Map<String, String> environment,
            Supplier<InstanceId> ids,
            Consumer<Runnable> soon,
            Path run) {
        this.launcher = launcher;
        this.environment = Map.copyOf(environment);
        this.ids = ids;
        this.soon = soon;
        this.dir = run.resolve("alerts");
    }

    /**
     * Thread-safe.
     *
     * @param then told, on any thread, what came of it
     */
    void run(Letter letter, Way.Exec way, Wording wording, Consumer<Delivery> then) {
        Path input = dir.resolve(letter.id());
        try {
            Files.createDirectories(
                    dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.deleteIfExists(input);
            Files.createFile(input, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(input, new Payload(wording).text(letter) + "\n");
        } catch (IOException e) {
            then.accept(new Delivery.Away(input + " cannot be written: " + e.getMessage()));
            return;
        }
        soon.accept(() -> launch(letter, way, wording, input, then));
    }

    private void launch(Letter letter, Way.Exec way, Wording wording, Path input, Consumer<Delivery> then) {
        InstanceId id = ids.get();
        running.put(id, new Running(input, Loop.now().mono().plus(way.timeout()), way.timeout(), null, then));
        var argv = new ArrayList<>(List.of("/bin/sh", "-c", "exec \"$@\" <\"$0\"", input.toString()));
        argv.addAll(way.command().argv());
        var variables = new HashMap<>(environment);
        variables.putAll(variables(letter, wording));
        launcher.launch(new Launch(
                id,
                "alert to " + letter.channel(),
                Map.of(Launches.PURPOSE, AlertOffice.PURPOSE, Launches.PROCESS, "alerts", Launches.INDEX, "0"),
                argv,
                variables,
                null,
                null,
                022,
                null,
                null,
                List.of(),
                List.of(),
                null,
                null,
                new Launch.Output.Discarded(),
                null,
                false));
    }

    private static Map<String, String> variables(Letter l, Wording wording) {
        Item first = l.items().getFirst();
        return Map.of(
                "HOLDFAST_ALERT_ID", l.id(),
                "HOLDFAST_ALERT_HOST", wording.host(),
                "HOLDFAST_ALERT_CHANNEL", l.channel(),
                "HOLDFAST_ALERT_COUNT", Integer.toString(l.items().size()),
                "HOLDFAST_ALERT_KEY", clean(first.occasion().key()),
                "HOLDFAST_ALERT_STATE", first.kind().name().toLowerCase(java.util.Locale.ROOT),
                "HOLDFAST_ALERT_SEVERITY", first.severity().written(),
                "HOLDFAST_ALERT_TITLE", clean(first.occasion().title()),
                "HOLDFAST_ALERT_SUBJECT", wording.subject(l),
                "HOLDFAST_ALERT_TEXT", cut(clean(wording.text(l))));
    }

    /** A variable is at most 128 KiB (MAX_ARG_STRLEN of execve(2)), and a character at most three bytes here. */
    private static String cut(String s) {
        return s.length() <= LONGEST ? s : s.substring(0, LONGEST) + "\n… all of it is in the input\n";
    }

    /** A variable ends at a NUL. */
    private static String clean(String s) {
        return s.replace('\0', '\ufffd');
    }

    boolean owns(InstanceId id) {
        return running.containsKey(id);
    }

    void happened(ProcessEvent event) {
        Running r = running.get(event.id());
        if (r == null) {
            return;
        }
        switch (event) {
            case ProcessEvent.Started _, ProcessEvent.Notified _ -> {}
            case ProcessEvent.LaunchFailed(InstanceId id, String why) -> over(id, r.with(new Delivery.Later(why)));
            case ProcessEvent.Exited(InstanceId id, Outcome outcome, var _) -> {
                Delivery known = r.result();
                running.put(id, r.with(known == null ? judge(outcome) : known));
                launcher.kill(id); // what it left behind
            }
            case ProcessEvent.Emptied(InstanceId id, var _) -> over(id, r);
        }
    }

    private static Delivery judge(Outcome outcome) {
        if (outcome instanceof Outcome.Exited(int code)) {
            String why = "its command exited with " + code;
            return code == 0
                    ? new Delivery.Done()
                    : code == BAD_REQUEST ? new Delivery.Refused(why) : new Delivery.Later(why);
        }
        return new Delivery.Later("its command " + Words.of(outcome));
    }

    private void over(InstanceId id, Running r) {
        running.remove(id);
        Delivery d = r.result();
        try {
            Files.deleteIfExists(r.input());
        } catch (IOException left) {
            // the run directory is cleared with the next boot
        }
        r.then().accept(d == null ? new Delivery.Later("nobody knows how its command ended") : d);
    }

    /** Nobody waits for them any more; what they had to tell is told by the next daemon. */
    void kill() {
        running.keySet().forEach(launcher::kill);
    }

    MonoTime deadline() {
        return running.values().stream().map(Running::killAt).reduce(MonoTime.NEVER, MonoTime::earliest);
    }

    void tick(MonoTime now) {
        for (Map.Entry<InstanceId, Running> e : running.entrySet()) {
            Running r = e.getValue();
            if (!now.isBefore(r.killAt())) {
                e.setValue(r.with(new Delivery.Later(
                        "its command took longer than " + dev.holdfast.unit.Durations.format(r.timeout()))));
                launcher.kill(e.getKey());
            }
        }
    }
}
