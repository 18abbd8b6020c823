package dev.holdfast.linux;

import java.util.List;

/**
 * A shell that waits for our end and, if that comes without a word, as by SIGKILL, kills what we leave behind: the group,
 * and whoever carries our mark in the environment. One thread owns it.
 *
 * <p>A shell knows processes by their pids alone. Each is looked at again right before it is killed: what remains is that
 * it ends, and its pid goes once round to another, within the millisecond from that look to its signal. Nobody is missed
 * who has not both left the group, or never had one, and wiped the environment.
 */
public final class Sentinel implements AutoCloseable {
    /** The variable that marks a tree. */
    public static final String MARK = "HOLDFAST_RUN";

    private static final String SHELL = "/bin/sh";
    private static final byte[] DONE = {'\n'};
    /**
     * Its last argument is empty where there is no group. Processes that fork meanwhile are met by the next round. Linux
     * before 5.14 has no cgroup.kill: its members are killed one by one.
     */
    private static final String SCRIPT = """
            read -r word && exit 0
            [ -z "$2" ] || echo 1 >"$2/cgroup.kill" || members=$2/cgroup.procs
            rounds=0
            while [ $rounds -lt 200 ]; do
                found=
                [ -z "$members" ] || while read -r pid; do
                    kill -KILL "$pid" && found=yes
                done <"$members"
                for file in $(grep -lszxF "$1" /proc/[0-9]*/environ); do
                    pid=${file#/proc/}
                    grep -qszxF "$1" "$file" && kill -KILL "${pid%/environ}" && found=yes
                done
                [ -n "$found" ] || break
                rounds=$((rounds + 1))
            done
            [ -z "$2" ] || rmdir "$2"
            """;

    private final int pid;
    private final SocketPair pair;

    private Sentinel(int pid, SocketPair pair) {
        this.pid = pid;
        this.pair = pair;
    }

    /**
     * @param mark value of {@link #MARK}
     * @param group the directory of the tree's cgroup, or empty
     */
    public static Sentinel of(String mark, String group) throws Errno {
        SocketPair pair = SocketPair.open();
        try (Fd nothing = Descriptors.open("/dev/null", Descriptors.O_WRONLY, 0)) {
            int pid = new PosixSpawn()
                    .start(
                            SHELL,
                            List.of("holdfast-sentinel", "-c", SCRIPT, "holdfast-sentinel", MARK + "=" + mark, group),
                            List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"),
                            pair.other(),
                            nothing,
                            nothing);
            if (pid < 0) {
                pair.close();
                throw new Errno("exec " + SHELL, -pid);
            }
            pair.other().close();
            return new Sentinel(pid, pair);
        }
    }

    public int pid() {
        return pid;
    }

    /** As if we had died: it kills what there is. */
    public void abandon() {
        pair.close();
    }

    /** Nothing is left to be killed: it ends. */
    @Override
    public void close() {
        try {
            Descriptors.writeWhole(pair.one(), DONE);
        } catch (Errno gone) {
            // Somebody ended it: then there is nobody to be told.
        }
        pair.close();
    }
}
