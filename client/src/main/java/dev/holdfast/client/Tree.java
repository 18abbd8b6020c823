package dev.holdfast.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Processes with all that descends from them. A ProcessHandle is pid and start time: the JDK compares the latter before it
 * signals, so a number that was given away is nobody's end.
 */
final class Tree {
    /** Between two looks whether somebody has had children meanwhile. */
    private static final long LOOK_MILLIS = 100;

    private static final long KILL_NANOS = 2_000_000_000L;

    private final Set<ProcessHandle> members = new LinkedHashSet<>();

    private Tree(Collection<ProcessHandle> roots) {
        members.addAll(roots);
    }

    /**
     * SIGTERM to all of them, SIGKILL to whoever is there after {@code grace}. Who was born meanwhile is found while his
     * parent lives; whoever had left the trees before is for Holdfast to end, with the rest of the instance.
     *
     * @return whether all have ended, within two seconds more
     */
    static boolean end(Collection<ProcessHandle> roots, Duration grace) throws InterruptedException {
        var tree = new Tree(roots);
        tree.look();
        tree.members.forEach(Tree::ask);
        long until = System.nanoTime() + grace.toNanos();
        while (tree.someLive() && System.nanoTime() - until < 0) {
            tree.await(until);
            tree.look().forEach(Tree::ask);
        }
        until = System.nanoTime() + KILL_NANOS;
        while (tree.someLive() && System.nanoTime() - until < 0) {
            tree.look();
            tree.members.forEach(Tree::kill);
            tree.await(until);
        }
        return !tree.someLive();
    }

    /** @return those that were not known */
    private Set<ProcessHandle> look() {
        var born = new LinkedHashSet<ProcessHandle>();
        // Found with another, as is what descends from them: each look reads all of /proc.
        var below = new HashSet<ProcessHandle>();
        for (ProcessHandle member : members) {
            if (!below.contains(member) && lives(member)) {
                member.descendants().forEach(p -> {
                    below.add(p);
                    if (!members.contains(p)) {
                        born.add(p);
                    }
                });
            }
        }
        members.addAll(born);
        return born;
    }

    private boolean someLive() {
        return members.stream().anyMatch(Tree::lives);
    }

    private void await(long until) throws InterruptedException {
        long most = Math.min(LOOK_MILLIS, Math.max(1, (until - System.nanoTime()) / 1_000_000));
        CompletableFuture<?>[] ends =
                members.stream().filter(Tree::lives).map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(most, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return; // looked at again
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The JDK takes a zombie for alive; in a container whose first process reaps nobody it would be for ever. */
    static boolean lives(ProcessHandle process) {
        return process.isAlive() && !zombie(process.pid());
    }

    private static boolean zombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return false; // gone, which the next look shows, or no Linux
        }
    }

    private static void ask(ProcessHandle process) {
        var unused = process.destroy(); // false: it has ended
    }

    private static void kill(ProcessHandle process) {
        var unused = process.destroyForcibly();
    }
}
