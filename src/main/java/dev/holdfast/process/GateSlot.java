package dev.holdfast.process;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A pair of FIFOs that one spawn at a time uses: on {@code hello} the child says that it exists, at {@code gate} it
 * waits until it is recorded and limited. Anyone who reaches them may open them, but only through our descriptors: the
 * directory is ours alone.
 */
final class GateSlot implements AutoCloseable {
    private static final int O_PATH = 0x200000;
    private static final int EVERYONE = 0666;

    private final Path helloPath;
    private final Path gatePath;
    private final Fd hello;
    private final Fd gate;

    private GateSlot(Path helloPath, Path gatePath) throws IOException {
        this.helloPath = helloPath;
        this.gatePath = gatePath;
        this.hello = fifo(helloPath);
        this.gate = fifo(gatePath);
    }

    static GateSlot make(Path dir, int number) throws IOException {
        return new GateSlot(dir.resolve(number + ".hello"), dir.resolve(number + ".gate"));
    }

    private static Fd fifo(Path path) throws IOException {
        Files.deleteIfExists(path);
        Descriptors.mkfifo(path, EVERYONE, -1, -1);
        return Descriptors.open(path, O_PATH, 0);
    }

    Fd hello() {
        return hello;
    }

    Fd gate() {
        return gate;
    }

    /** A fresh reading end; hangs up when the child has said hello. One that hung up before would do so at once. */
    Fd listen() throws Errno {
        return Descriptors.open(helloPath, Descriptors.O_RDONLY | Descriptors.O_NONBLOCK, 0);
    }

    /** Lets the waiting child go; false when it has not reached the gate yet. */
    boolean release() throws Errno {
        try {
            Descriptors.open(gatePath, Descriptors.O_WRONLY | Descriptors.O_NONBLOCK, 0)
                    .close();
            return true;
        } catch (Errno e) {
            if (e.number() == Errno.ENXIO) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        hello.close();
        gate.close();
    }
}
