package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.chronicle.Chronicle;
import dev.holdfast.config.Directories;
import dev.holdfast.event.InstanceId;
import dev.holdfast.ledger.History;
import dev.holdfast.log.Pump;
import dev.holdfast.process.RunFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is weaker than it should be, and stays so for now: looked up when it is asked for. Thread-safe. */
final class Lasting {
    private final List<Doctor.Finding> host;
    private final Directories dirs;
    private final RunFiles runFiles;
    private final Chronicle chronicle;
    private final Pump pump;
    private final History history;
    private final Supplier<List<Doctor.Finding>> limits;
    /** Those that were started or adopted and are not over. */
    private final Set<InstanceId> running = ConcurrentHashMap.newKeySet();

    private volatile @Nullable String runDirectoryTrouble;
    private volatile @Nullable String groupsTrouble;

    /**
     * @param host what stays as it is while the daemon runs
     * @param limits what of limits is kept here, as it is configured now
     */
    Lasting(
            List<Doctor.Finding> host,
            Directories dirs,
            RunFiles runFiles,
            Chronicle chronicle,
            Pump pump,
            History history,
            Supplier<List<Doctor.Finding>> limits) {
        this.host = host;
        this.dirs = dirs;
        this.runFiles = runFiles;
        this.chronicle = chronicle;
        this.pump = pump;
        this.history = history;
        this.limits = limits;
    }

    void began(InstanceId id) {
        running.add(id);
    }

    void ended(InstanceId id) {
        running.remove(id);
    }

    /** @param trouble why it cannot be put back; null when it is whole */
    void runDirectory(@Nullable String trouble) {
        runDirectoryTrouble = trouble;
    }

    /** @param trouble who is not let in that was to be; null: nobody */
    void groups(@Nullable String trouble) {
        groupsTrouble = trouble;
    }

    boolean runDirectoryIsBroken() {
        return runDirectoryTrouble != null;
    }

    /** How many a next daemon would not find, in words; or empty. */
    String unrecorded() {
        long lost = running.stream().filter(id -> !runFiles.recorded(id)).count();
        return lost == 0
                ? ""
                : lost + " running programs have no record there any more: should this daemon die, the next would not"
                        + " find them; holdfast restart gives each a new one";
    }

    /** What this host, and this moment, let the daemon promise. Thread-safe. */
    List<Doctor.Finding> findings() {
        var now = new ArrayList<>(host);
        now.addAll(limits.get());
        now.addAll(HostFindings.space(dirs));
        String trouble = runDirectoryTrouble;
        if (trouble != null) {
            now.add(HostFindings.broken("run directory", "deleted or replaced under the daemon: " + trouble));
        }
        String shutOut = groupsTrouble;
        if (shutOut != null) {
            now.add(HostFindings.weaker("api groups", shutOut));
        }
        String lost = unrecorded();
        if (!lost.isEmpty()) {
            now.add(HostFindings.weaker("adoption", lost));
        }
        long lacking = chronicle.lacking();
        if (lacking > 0) {
            now.add(HostFindings.weaker("journal", "cannot be written; it lacks " + lacking + " events so far"));
        }
        String unkept = history.trouble();
        if (unkept != null) {
            now.add(HostFindings.weaker("history", "the store of schedules is not written: " + unkept));
        }
        if (pump.forgetful()) {
            now.add(HostFindings.weaker(
                    "crash",
                    "the run directory could not take the pump's memory: a crash of this daemon may lose or"
                            + " double lines of output"));
        }
        List<Path> losing = pump.losing();
        if (!losing.isEmpty()) {
            now.add(HostFindings.weaker(
                    "output",
                    losing.size() + " log files cannot be written and lack output, the first is " + losing.getFirst()));
        }
        return List.copyOf(now);
    }
}
