package dev.holdfast.api;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * HTTP/1.1 on the control socket, for root and the daemon's own user; a virtual thread a connection, at most
 * {@value #CONNECTIONS} at once. When there is one more, the one that has kept us waiting longest is hung up on, so that
 * idle connections crowd out nobody.
 */
public final class Server implements AutoCloseable {
    private static final int CONNECTIONS = 64;

    /** Of sun_path (unix(7)), with the zero that ends it. */
    private static final int LONGEST_PATH = 108;

    /** How long to wait for descriptors when no connection of ours gives one back. */
    private static final long PAUSE_MILLIS = 250;

    private final Listening listening;
    private final Path socket;
    private final Routes routes;
    private final String owner;
    private final Consumer<String> warn;
    private final Semaphore free = new Semaphore(CONNECTIONS);
    /** Those that have not sent all of their request or not taken all of their answer, oldest first. */
    private final SequencedSet<SocketChannel> keepingUsWaiting = new LinkedHashSet<>();

    /** Where connections come from. */
    interface Listening extends Channel {
        SocketChannel accept() throws IOException;
    }

    private record OnSocket(ServerSocketChannel channel) implements Listening {
        @Override
        public SocketChannel accept() throws IOException {
            return channel.accept();
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private Server(Listening listening, Path socket, Routes routes, String owner, Consumer<String> warn) {
        this.listening = listening;
        this.socket = socket;
        this.routes = routes;
        this.owner = owner;
        this.warn = warn;
    }

    /**
     * Listens at {@code socket}; a file left there by an earlier daemon is replaced: the caller holds the run directory's
     * lock.
     */
    public static Server start(Path socket, ControlPort port, Consumer<String> warn) throws IOException {
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length + 1;
        if (length > LONGEST_PATH) {
            throw new IOException("the control socket's path is too long: " + socket + " takes " + length
                    + " bytes with its end, the kernel takes " + LONGEST_PATH
                    + "; use a shorter --dir DIR or global.run_dir");
        }
        Files.deleteIfExists(socket);
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        return start(new OnSocket(listening), socket, port, warn);
    }

    static Server start(Listening listening, Path socket, ControlPort port, Consumer<String> warn) throws IOException {
        var server = new Server(
                listening, socket, new Routes(port), Files.getOwner(socket).getName(), warn);
        Thread.ofVirtual().name("api accept").start(server::accept);
        return server;
    }

    private void accept() {
        boolean failed = false;
        while (listening.isOpen()) {
            try {
                SocketChannel connection = listening.accept();
                failed = false;
                if (!free.tryAcquire()) {
                    hangUpOnTheSlowest();
                    free.acquire();
                }
                answerAside(connection);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                if (!failed) {
                    failed = true;
                    warn.accept("the control socket takes no connection for now: " + e.getMessage());
                }
                if (!untilOneCloses()) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void answerAside(SocketChannel connection) throws IOException {
        waiting(connection, true);
        try {
            Thread.ofVirtual().name("api").start(() -> answer(connection));
        } catch (OutOfMemoryError noThreadToCarryIt) { // a full heap ends the daemon (ExitOnOutOfMemoryError)
            waiting(connection, false);
            connection.close();
            free.release();
            throw new IOException(noThreadToCarryIt.getMessage(), noThreadToCarryIt);
        }
    }

    /** Out of descriptors, most likely: the next try would fail at once, and the next. False when interrupted. */
    private boolean untilOneCloses() {
        synchronized (keepingUsWaiting) {
            try {
                keepingUsWaiting.wait(PAUSE_MILLIS);
                return true;
            } catch (InterruptedException e) {
                return false;
            }
        }
    }

    private void hangUpOnTheSlowest() throws IOException {
        synchronized (keepingUsWaiting) {
            if (!keepingUsWaiting.isEmpty()) {
                keepingUsWaiting.removeFirst().close();
            }
        }
    }

    private void waiting(SocketChannel connection, boolean forTheClient) {
        synchronized (keepingUsWaiting) {
            if (forTheClient) {
                keepingUsWaiting.add(connection);
            } else {
                keepingUsWaiting.remove(connection);
                keepingUsWaiting.notifyAll(); // perhaps it was closed
            }
        }
    }

    private void answer(SocketChannel connection) {
        try (connection) {
            UnixDomainPrincipal peer = connection.getOption(ExtendedSocketOptions.SO_PEERCRED);
            String user = peer.user().getName();
            boolean allowed = user.equals("root") || user.equals(owner);
            Http.serve(connection, (method, target, body) -> {
                if (!allowed) {
                    throw new Http.Bad(403, "only root and " + owner + " may ask this daemon, not " + user);
                }
                waiting(connection, false);
                try {
                    return routes.answer(method, target, body, user);
                } catch (RuntimeException bug) {
                    warn.accept("a bug: " + method + " " + target + " ended in " + bug);
                    throw new Http.Bad(500, "the daemon has a bug here: " + bug);
                } finally {
                    waiting(connection, true);
                }
            });
        } catch (IOException e) {
            // The client hung up: its own affair.
            return;
        } finally {
            waiting(connection, false);
            free.release();
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException leftForTheNext) {
            // Its directory may be gone, or another's. The next daemon deletes what it finds.
            return;
        }
    }
}
