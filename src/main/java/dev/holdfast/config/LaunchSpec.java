package dev.holdfast.config;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What is executed and as whom, names not yet resolved to numbers.
 *
 * @param workingDir null is {@code /}
 * @param user name or number; null keeps the daemon's
 * @param group name or number; null is the user's primary group
 * @param umask 0 to 0777
 * @param environment values set for it, {@code env_file} included
 * @param cleanEnvironment true: nothing of the daemon's environment but {@code passEnvironment}
 * @param ioClass realtime, best-effort, idle; null keeps
 * @param rlimits name without RLIMIT_, lower case, such as {@code nofile}
 * @param sandbox null: it is kept from nothing
 */
public record LaunchSpec(
        CommandSpec command,
        @Nullable String workingDir,
        @Nullable String user,
        @Nullable String group,
        int umask,
        SortedMap<String, String> environment,
        boolean cleanEnvironment,
        List<String> passEnvironment,
        @Nullable Integer nice,
        @Nullable IoClass ioClass,
        int ioPriority,
        SortedMap<String, RlimitSpec> rlimits,
        List<Integer> cpuAffinity,
        @Nullable Integer oomScoreAdj,
        @Nullable SandboxSpec sandbox) {
    /** ioprio_set(2) classes. */
    public enum IoClass {
        REALTIME,
        BEST_EFFORT,
        IDLE
    }

    /**
     * @param soft in the resource's unit; -1 is unlimited
     * @param hard in the resource's unit; -1 is unlimited
     */
    public record RlimitSpec(long soft, long hard) {}
}
