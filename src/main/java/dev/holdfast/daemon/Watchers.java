package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.config.AuditSpec;
import dev.holdfast.config.Config;
import dev.holdfast.config.Directories;
import dev.holdfast.config.HostSpec;
import dev.holdfast.config.WatchedSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.host.WatchView;
import dev.holdfast.linux.Poller;
import dev.holdfast.loop.Loop;
import dev.holdfast.probe.ProbeView;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon looks at though it does not run it: cleanups, probes, the host. Each is there only once it is configured:
 * a daemon without them loads nothing of them. The loop's thread's own.
 */
final class Watchers {
    private final Directories dirs;
    private final Poller poller;
    private final Supplier<Errands> errandsOf;
    private final Supplier<Set<String>> stopped;
    private final Consumer<Stimulus> supervision;
    private final BiConsumer<Set<String>, Runnable> settled;
    private final Consumer<Runnable> soon;
    private final Console console;
    private final AlertDesk desk;
    private WatchedSpec specs = WatchedSpec.NONE;
    private Recovery.GuardCleanup guard = Recovery.GuardCleanup.NONE;
    private @Nullable Cleanings cleanings;
    private @Nullable Errands errands;
    private @Nullable Recovery recovery;
    private @Nullable ProbeDesk probes;
    private @Nullable HostDesk host;
    private @Nullable RecoverLog log;
    private volatile @Nullable Audits audits;
    private @Nullable Config own;
    private boolean over;

    /**
     * @param stopped processes that people have stopped
     * @param supervision is told what steps to recover restart or stop
     * @param settled has something done when processes have come to where they are to be
     * @param soon has a task done on the loop's thread
     */
    Watchers(
            Directories dirs,
            Poller poller,
            Supplier<Errands> errands,
            Supplier<Set<String>> stopped,
            Consumer<Stimulus> supervision,
            BiConsumer<Set<String>, Runnable> settled,
            Consumer<Runnable> soon,
            Console console,
            AlertDesk desk) {
        this.dirs = dirs;
        this.poller = poller;
        this.errandsOf = errands;
        this.stopped = stopped;
        this.supervision = supervision;
        this.settled = settled;
        this.soon = soon;
        this.console = console;
        this.desk = desk;
    }

    /** What is audited with the host; before {@link #configure}. */
    void own(Config config) {
        own = config.watched().audit() == null ? null : config;
    }

    /** From now on it is this. */
    void configure(WatchedSpec fresh) {
        specs = fresh;
        Now now = Loop.now();
        if (cleanings == null && !fresh.cleanups().isEmpty()) {
            cleanings = new Cleanings(dirs, Timetable.hostSeed(), soon, console, desk);
        }
        if (cleanings != null) {
            cleanings.configure(fresh.cleanups(), now);
        }
        if (probes == null && !fresh.probes().isEmpty()) {
            probes = new ProbeDesk(errands(), recovery(), log(), soon, console, desk);
        }
        if (probes != null) {
            probes.configure(fresh.probes(), now);
        }
        configure(fresh.host());
        configure(fresh.audit(), now);
    }

    private void configure(@Nullable AuditSpec fresh, Now now) {
        Audits known = audits;
        Config whole = own;
        if (fresh == null || whole == null) {
            if (known != null) {
                known.end();
                audits = null;
            }
            return;
        }
        Audits all = known == null ? new Audits(errands(), soon, console, desk) : known;
        audits = all;
        all.configure(fresh, whole, now);
    }

    /** Null: none are asked for. Thread-safe. */
    @Nullable
    Audits audits() {
        return audits;
    }

    private void configure(@Nullable HostSpec fresh) {
        HostDesk known = host;
        if (fresh == null && known != null) {
            known.end();
            desk.retain("host/", Set.of());
            host = null;
        } else if (fresh != null && known == null) {
            host = new HostDesk(Daemon.PROC, fresh, poller, recovery(), log(), soon, console, desk);
        } else if (fresh != null && known != null) {
            known.configure(fresh);
        }
    }

    private RecoverLog log() {
        RecoverLog known = log == null ? new RecoverLog(dirs.state(), console::warn) : log;
        log = known;
        return known;
    }

    WatchedSpec specs() {
        return specs;
    }

    MonoTime deadline() {
        Audits auditing = audits;
        MonoTime ofErrands = errands == null ? MonoTime.NEVER : errands.deadline();
        return over
                ? ofErrands
                : MonoTime.earliest(
                        ofErrands,
                        recovery == null ? MonoTime.NEVER : recovery.deadline(),
                        cleanings == null ? MonoTime.NEVER : cleanings.deadline(),
                        probes == null ? MonoTime.NEVER : probes.deadline(),
                        host == null ? MonoTime.NEVER : host.deadline(),
                        auditing == null ? MonoTime.NEVER : auditing.deadline());
    }

    void tick(MonoTime now) {
        if (errands != null) {
            errands.tick(now);
        }
        if (over) {
            return;
        }
        if (recovery != null) {
            recovery.tick(now);
        }
        if (cleanings != null && !now.isBefore(cleanings.deadline())) {
            cleanings.tick(Loop.now());
        }
        if (probes != null && !now.isBefore(probes.deadline())) {
            probes.tick(Loop.now());
        }
        if (host != null && !now.isBefore(host.deadline())) {
            host.tick(Loop.now());
        }
        Audits auditing = audits;
        if (auditing != null) {
            auditing.tick(Loop.now());
        }
    }

    boolean owns(InstanceId id) {
        return errands != null && errands.owns(id);
    }

    void happened(ProcessEvent event) {
        if (errands != null) {
            errands.happened(event);
        }
    }

    /** Null: none are configured. */
    @Nullable
    Cleanings cleanings() {
        return cleanings;
    }

    /**
     * Adds what is known here.
     *
     * @return steps to recover that are under way
     */
    List<String> into(HealthReports health) {
        var doing = new ArrayList<String>();
        if (host != null) {
            health.host(host.views());
            doing.addAll(host.doing());
        }
        if (probes != null) {
            health.probes(probes.views());
            probes.views().stream()
                    .filter(v -> v.doing() != null)
                    .forEach(v -> doing.add(v.spec().name() + ": " + v.doing()));
        }
        health.cleanups(cleanings == null ? null : cleanings.list());
        return doing;
    }

    List<WatchView> hostViews() {
        return host == null ? List.of() : host.views();
    }

    List<ProbeView> probeViews() {
        return probes == null ? List.of() : probes.views();
    }

    /** What is weaker than it was asked for. */
    List<Doctor.Finding> findings() {
        return host == null ? List.of() : host.findings();
    }

    private Errands errands() {
        Errands known = errands == null ? errandsOf.get() : errands;
        errands = known;
        return known;
    }

    private Recovery recovery() {
        Recovery known = recovery == null
                ? new Recovery(
                        errands(),
                        this::cleanings,
                        (name, told) -> guard.run(name, told),
                        stopped,
                        supervision,
                        settled)
                : recovery;
        recovery = known;
        return known;
    }

    /** Who ends orphans and zombies when a step to recover says so. */
    void guard(Recovery.GuardCleanup by) {
        guard = by;
    }

    void say(String text) {
        console.say(text);
    }

    /** Nothing more is asked or mended. */
    void shutDown() {
        if (!over) {
            over = true;
            if (errands != null) {
                errands.end();
            }
            if (probes != null) {
                probes.end();
            }
            if (host != null) {
                host.end();
            }
        }
    }

    void close() {
        Audits auditing = audits;
        if (auditing != null) {
            auditing.close();
        }
        if (cleanings != null) {
            cleanings.close();
        }
    }
}
