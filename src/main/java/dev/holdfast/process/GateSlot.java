package dev.holdfast.process;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Poller;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pair of FIFOs that one spawn at a time uses: on {@code hello} the child says that it exists, at {@code gate} it
 * waits until it is recorded and limited. Anyone who reaches them may open them, but only through our descriptors: the
 * directory is ours alone.
 *
 * @param <G> whose child comes here
 */
final class GateSlot<G> implements AutoCloseable {
    private static final int O_PATH = 0x200000;
    private static final int EVERYONE = 0666;

    private final String helloPath;
    private final String gatePath;
    private final Fd hello;
    private final Fd gate;
    private final Fd listening;
    private final Poller poller;
    /** The gate, open for a guest that was not there yet when it was let in. */
    private @Nullable Fd held;

    /** Whose child it is that comes here; null between two. */
    @Nullable
    G guest;

    private GateSlot(String helloPath, String gatePath, Poller poller) throws IOException {
        this.helloPath = helloPath;
        this.gatePath = gatePath;
        this.poller = poller;
        this.hello = fifo(helloPath);
        this.gate = fifo(gatePath);
        this.listening = Descriptors.open(helloPath, Descriptors.O_RDONLY | Descriptors.O_NONBLOCK, 0);
    }

    /** @param arrived told when the guest's child may have said hello: a late word of its predecessor's counts too */
    static <G> GateSlot<G> make(Path dir, int number, Poller poller, Consumer<G> arrived) throws IOException {
        var slot = new GateSlot<G>(dir + "/" + number + ".hello", dir + "/" + number + ".gate", poller);
        // Once its first writer has gone a FIFO hangs up for ever; each further writer's end is an edge.
        poller.add(slot.listening, Poller.READABLE | Poller.EDGE, ready -> {
            G p = slot.guest;
            if (p != null) {
                arrived.accept(p);
            }
        });
        return slot;
    }

    private static Fd fifo(String path) throws Errno {
        Descriptors.unlink(path);
        Descriptors.mkfifo(path, EVERYONE, -1, -1);
        return Descriptors.open(path, O_PATH, 0);
    }

    Fd hello() {
        return hello;
    }

    Fd gate() {
        return gate;
    }

    /**
     * Lets the child through that has not reached the gate yet, until {@link #shut}. No other may be born meanwhile: it
     * would have a copy of what is open here.
     */
    void hold() throws Errno {
        held = Descriptors.open(gatePath, Descriptors.O_RDWR | Descriptors.O_NONBLOCK, 0);
    }

    /** Nobody is let through any more. */
    void shut() {
        Fd open = held;
        held = null;
        if (open != null) {
            open.close();
        }
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

    /** Takes the names away; who has opened them goes on, but nobody is let in any more. */
    void unlink() {
        Descriptors.unlink(helloPath);
        Descriptors.unlink(gatePath);
    }

    @Override
    public void close() {
        poller.remove(listening);
        listening.close();
        hello.close();
        gate.close();
    }
}
