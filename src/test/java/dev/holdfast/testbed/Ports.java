package dev.holdfast.testbed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;

/**
 * Ports of the loopback that nobody listens at, for servers that cannot choose one by themselves, and for questions that
 * nobody is to answer. They lie below those that the kernel gives away by itself, so that no other test gets one of them
 * meanwhile; each JVM begins elsewhere. Thread-safe.
 */
public final class Ports {
    private static final int FIRST = 10_000;
    private static final int COUNT = 20_000;
    /** Far from 2, so that JVMs with pids side by side begin far apart. */
    private static final int APART = 3_989;

    private static int next = (int) (ProcessHandle.current().pid() * APART % COUNT);

    private Ports() {}

    public static int free() {
        return free(1);
    }

    /** The first of so many in a row. */
    public static synchronized int free(int many) {
        for (int tried = 0; tried < COUNT; tried++) {
            int first = FIRST + next % COUNT;
            next++;
            if (IntStream.range(first, first + many).allMatch(Ports::isFree)) {
                next += many - 1;
                return first;
            }
        }
        throw new IllegalStateException("no " + many + " ports in a row are free");
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
