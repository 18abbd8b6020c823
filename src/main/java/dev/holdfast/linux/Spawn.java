package dev.holdfast.linux;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One program to spawn, down to numbers and descriptors.
 *
 * @param program absolute path, or a name that is looked up in {@code path} by the child's user
 * @param path the child's PATH
 * @param environment entries NAME=VALUE
 * @param workingDir null stays where we are
 * @param umask 0 to 0777
 * @param ioprio as ioprio_set(2) takes it; null keeps
 * @param uid null keeps user, group and groups
 * @param stdout the descriptor that becomes its fd 1
 * @param stderr the descriptor that becomes its fd 2
 * @param hello an O_PATH descriptor of a FIFO: the child opens it for writing and closes it when it exists
 * @param gate an O_PATH descriptor of a FIFO: the child waits there for a writer before it becomes the program
 * @param sandbox null: none
 * @param noticeDir the directory of its NOTIFY_SOCKET, which a sandbox must leave in its place; null when it has none
 * @param heritage null: a session of its own, stdin from /dev/null, no other descriptor, no signal ignored
 */
public record Spawn(
        String program,
        String path,
        List<String> argv,
        List<String> environment,
        @Nullable String workingDir,
        int umask,
        @Nullable Integer nice,
        @Nullable Integer ioprio,
        List<Integer> cpus,
        @Nullable Integer uid,
        int gid,
        List<Integer> groups,
        Fd stdout,
        Fd stderr,
        Fd hello,
        Fd gate,
        @Nullable Enclosure sandbox,
        @Nullable String noticeDir,
        @Nullable Heritage heritage) {

    /** What the program must find wherever it lies: where it starts, and where its NOTIFY_SOCKET is. */
    List<String> reachable() {
        return Stream.of(Optional.ofNullable(workingDir), Optional.ofNullable(noticeDir))
                .flatMap(Optional::stream)
                .toList();
    }

    /**
     * What a program has of whoever started us, as one that was started by exec would.
     *
     * @param stdin becomes its fd 0
     * @param ownGroup whether it leads a process group of its own; else it is in ours
     * @param ignoredSignals bit N-1 for each signal N that stays ignored
     */
    public record Heritage(Fd stdin, boolean ownGroup, long ignoredSignals) {}
}
