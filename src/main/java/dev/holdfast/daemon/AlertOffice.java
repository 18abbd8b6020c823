package dev.holdfast.daemon;

import dev.holdfast.alert.Occasion;
import dev.holdfast.alert.Stimulus;
import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.Directories;
import dev.holdfast.event.InstanceId;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's desk: opens with the first configuration that has {@code alerts:}; before that nothing of them is loaded.
 * What is no {@link AlertDesk} is the loop's thread's own.
 */
final class AlertOffice implements AlertDesk, ReportDesk.Spool {
    /** Purpose of instances. */
    static final String PURPOSE = "ALERT";

    private final KernelLauncher launcher;
    private final Map<String, String> own;
    private final Directories dirs;
    private final String host;
    private final Loop loop;
    private final Console console;
    /** Commands of an earlier daemon, which did not hear their ends: it is told again. */
    private final Set<InstanceId> strangers = new HashSet<>();

    private @Nullable AlertCommands commands;
    private volatile @Nullable Alerting alerting;
    private volatile @Nullable AlertSpec spec;
    private @Nullable CompletableFuture<Void> ended;
    private MonoTime patience = MonoTime.NEVER;

    /**
     * @param own the daemon's environment
     * @param host its name, for people
     */
    AlertOffice(
            KernelLauncher launcher,
            Map<String, String> own,
            Directories dirs,
            String host,
            Loop loop,
            Console console) {
        this.launcher = launcher;
        this.own = own;
        this.dirs = dirs;
        this.host = host;
        this.loop = loop;
        this.console = console;
    }

    // ── the desk ──

    @Override
    public boolean open() {
        return spec != null;
    }

    @Override
    public void raise(Occasion occasion) {
        Alerting a = alerting;
        if (a != null) {
            a.raise(occasion);
        }
    }

    @Override
    public void raise(Supplier<Occasion> occasion) {
        Alerting a = alerting;
        if (a != null) {
            a.raise(occasion);
        }
    }

    @Override
    public void clear(String key, String how) {
        Alerting a = alerting;
        if (a != null) {
            a.clear(key, how);
        }
    }

    @Override
    public void retain(String prefix, Set<String> keys) {
        Alerting a = alerting;
        if (a != null) {
            a.retain(prefix, Set.copyOf(keys));
        }
    }

    /** A report is to go out. Thread-safe. @return true when it waits for its channels; false: nobody is told of anything */
    @Override
    public CompletableFuture<Boolean> post(Stimulus.Post post) {
        Alerting a = alerting;
        return a == null || spec == null ? CompletableFuture.completedFuture(false) : a.post(post);
    }

    // ── a daemon's life ──

    /** @param wanted null: nobody is told any more */
    void configure(@Nullable AlertSpec wanted) {
        Alerting a = alerting;
        if (a == null && wanted != null) {
            try {
                var c = new AlertCommands(
                        launcher, ChildEnvironment.ofTheHost(own), InstanceId::fresh, loop::soon, dirs.run());
                alerting = new Alerting(dirs.state(), host, wanted, c, console);
                commands = c;
            } catch (IOException noThread) {
                console.warn("nobody is told of alerts: " + noThread.getMessage());
                return;
            }
        } else if (a != null && (wanted == null ? spec != null : !wanted.equals(spec))) {
            a.configure(wanted);
        }
        spec = wanted;
    }

    @Nullable
    AlertSpec spec() {
        return spec;
    }

    @Nullable
    Alerting alerting() {
        return alerting;
    }

    static boolean owns(KernelLauncher.Adopted a) {
        return a.attributes().getOrDefault(Launches.PURPOSE, "").equals(PURPOSE);
    }

    /** The letter is kept, and goes out again. */
    void adopt(KernelLauncher.Adopted a) {
        strangers.add(a.id());
        launcher.kill(a.id());
    }

    boolean took(ProcessEvent event) {
        if (strangers.contains(event.id())) {
            if (event instanceof ProcessEvent.Emptied) {
                strangers.remove(event.id());
            }
            return true;
        }
        AlertCommands c = commands;
        if (c == null || !c.owns(event.id())) {
            return false;
        }
        c.happened(event);
        return true;
    }

    MonoTime deadline() {
        AlertCommands c = commands;
        return c == null ? patience : MonoTime.earliest(patience, c.deadline());
    }

    void tick(MonoTime now) {
        AlertCommands c = commands;
        if (c != null) {
            c.tick(now);
        }
        if (!now.isBefore(patience)) {
            patience = MonoTime.NEVER;
            if (c != null) {
                c.kill();
            }
            ended = CompletableFuture.completedFuture(null);
        }
    }

    /** The daemon ends: what was gathered goes out, and is waited for, for a while. */
    void close() {
        Alerting a = alerting;
        if (a != null && ended == null) {
            CompletableFuture<Void> gone = a.close();
            ended = gone;
            patience = Loop.now().mono().plus(Alerting.patience());
            var _ = gone.thenRun(() -> loop.soon(() -> {})); // it looks whether it is over
        }
    }

    /** Whether nothing is to be waited for, now that the daemon ends. */
    boolean closed() {
        CompletableFuture<Void> e = ended;
        return alerting == null || (e != null && e.isDone());
    }

    /** At the very end. */
    void end() {
        Alerting a = alerting;
        if (a != null) {
            a.end();
        }
    }
}
