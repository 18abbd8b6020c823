package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Enclosure;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.GroupLimits;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything needed to run one program; complete, so that launching reads no configuration.
 *
 * @param label what it is to people, such as {@code web/0} or {@code web/0 pre_start}
 * @param attributes kept in the instance's record on disk and handed back when it is adopted
 * @param argv at least the program; looked up in the child's PATH when it has no slash
 * @param environment the child's whole environment; HOLDFAST_INSTANCE (and NOTIFY_SOCKET) are added
 * @param workingDir absolute, or null for {@code /}
 * @param identity null keeps the daemon's own
 * @param umask 0 to 0777
 * @param nice -20 to 19, or null to keep
 * @param io null to keep
 * @param rlimits applied before the program's first instruction
 * @param cpuAffinity processor numbers; empty keeps all
 * @param oomScoreAdj -1000 to 1000, or null to keep
 * @param sandbox what it is kept from, or null for nothing
 * @param output where its stdout and stderr go
 * @param group null: it stays in the daemon's own
 * @param notifySocket whether to give it a NOTIFY_SOCKET (sd_notify(3))
 */
public record Launch(
        InstanceId id,
        String label,
        Map<String, String> attributes,
        List<String> argv,
        Map<String, String> environment,
        @Nullable String workingDir,
        @Nullable Identity identity,
        int umask,
        @Nullable Integer nice,
        @Nullable IoPriority io,
        List<Rlimit> rlimits,
        List<Integer> cpuAffinity,
        @Nullable Integer oomScoreAdj,
        @Nullable Enclosure sandbox,
        Output output,
        @Nullable Group group,
        boolean notifySocket) {
    /** The same, begun in another directory. */
    public Launch startingIn(String directory) {
        return new Launch(
                id,
                label,
                attributes,
                argv,
                environment,
                directory,
                identity,
                umask,
                nice,
                io,
                rlimits,
                cpuAffinity,
                oomScoreAdj,
                sandbox,
                output,
                group,
                notifySocket);
    }

    /** The same, printing both streams there. */
    public Launch printingTo(Fd file) {
        return new Launch(
                id,
                label,
                attributes,
                argv,
                environment,
                workingDir,
                identity,
                umask,
                nice,
                io,
                rlimits,
                cpuAffinity,
                oomScoreAdj,
                sandbox,
                new Output.Given(file, file),
                group,
                notifySocket);
    }

    /**
     * The cgroup it gets for itself, where there are such.
     *
     * @param name shared by instances of the same thing; letters, digits, {@code . _ -}
     */
    public record Group(String name, GroupLimits limits) {}

    /**
     * ioprio_set(2).
     *
     * @param ioClass 1 realtime, 2 best-effort, 3 idle
     * @param level 0 (first served) to 7
     */
    public record IoPriority(int ioClass, int level) {}

    /**
     * setrlimit(2).
     *
     * @param resource the RLIMIT_ number
     * @param soft in the resource's unit; -1 is unlimited
     * @param hard in the resource's unit; -1 is unlimited
     */
    public record Rlimit(int resource, long soft, long hard) {}

    /** Where output goes. */
    public sealed interface Output {
        /** Each stream through its own FIFO to the pump. */
        record Captured() implements Output {}

        /** Both to /dev/null. */
        record Discarded() implements Output {}

        /** These two, which stay the caller's; it closes them no sooner than the launch is told of. */
        record Given(Fd stdout, Fd stderr) implements Output {}
    }
}
