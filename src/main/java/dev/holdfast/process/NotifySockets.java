package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.NotifySocket;
import dev.holdfast.linux.Poller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The NOTIFY_SOCKET of each instance that has one. Owned by the loop's thread. */
final class NotifySockets {
    static final String FILE = "notify";

    static final String VARIABLE = "NOTIFY_SOCKET";
    /** Marks an instance that said so, for the next daemon. */
    static final String READY = "ready";

    /** Messages taken from one instance before the loop turns to others. */
    private static final int A_TURN = 16;

    private final Poller poller;
    private final Consumer<ProcessEvent> events;
    private final Map<InstanceId, NotifySocket> sockets = new HashMap<>();
    /** Those that have their mark already: a program may say so with each breath. */
    private final Set<InstanceId> ready = new HashSet<>();

    NotifySockets(Poller poller, Consumer<ProcessEvent> events) {
        this.poller = poller;
        this.events = events;
    }

    /** Before the spawn: messages wait in the socket until {@link #listen}. */
    void bind(InstanceId id, Path dir, int uid, int gid) throws IOException {
        sockets.put(id, NotifySocket.bind(dir.resolve(FILE), uid, gid));
    }

    /** An adopted instance's: the old socket died with its daemon, the name is bound anew. */
    void rebind(InstanceId id, Path dir) throws IOException {
        Path path = dir.resolve(FILE);
        if (Files.exists(path)) {
            bind(id, dir, (Integer) Files.getAttribute(path, "unix:uid"), (Integer)
                    Files.getAttribute(path, "unix:gid"));
        }
    }

    /** Only now, after Started was told, so that readiness never comes before the start. */
    void listen(InstanceId id, Path dir) throws Errno {
        NotifySocket socket = sockets.get(id);
        if (socket == null) {
            return;
        }
        poller.add(socket.fd(), Poller.READABLE, _ -> receive(id, dir, socket));
    }

    /** Its program has ended: what it had said is heard before that is. */
    void ended(InstanceId id, Path dir) {
        NotifySocket socket = sockets.get(id);
        if (socket != null) {
            receive(id, dir, socket);
        }
    }

    private void receive(InstanceId id, Path dir, NotifySocket socket) {
        for (int i = 0; i < A_TURN; i++) { // what is left makes it ready again: others have their turn first
            Optional<String> message = socket.receive();
            if (message.isEmpty()) {
                return;
            }
            if (message.get().lines().anyMatch("READY=1"::equals) && ready.add(id)) {
                markReady(dir);
            }
            events.accept(new ProcessEvent.Notified(id, message.get()));
            if (!sockets.containsKey(id)) {
                return; // closed by what it was told
            }
        }
    }

    static boolean wasReady(Path dir) {
        return Files.exists(dir.resolve(READY));
    }

    private static void markReady(Path dir) {
        try {
            Files.write(dir.resolve(READY), new byte[0]);
        } catch (IOException fullDisk) {
            // The next daemon would wait for a readiness that came already, and restart it: safe, if needless.
            return;
        }
    }

    void close(InstanceId id) {
        ready.remove(id);
        NotifySocket socket = sockets.remove(id);
        if (socket != null) {
            poller.remove(socket.fd());
            socket.close();
        }
    }
}
