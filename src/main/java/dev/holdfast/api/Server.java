package dev.holdfast.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 on the control socket, for root, the daemon's own user and whom they admit; at most {@value #CONNECTIONS} connections at once,
 * which stay for further requests when the client says so ({@code Connection: keep-alive}).
 * When there is one more, the one that has kept us waiting longest is hung up on, so that idle connections crowd out
 * nobody.
 *
 * <p>Threads of the system, one for each connection while it lasts, and one that is always there: virtual ones want a
 * carrier now and then, and where no thread can be made any more (a fork bomb of the same user) {@code status} and {@code
 * down} would not be answered. Then connections are answered by the one, in the order of their coming, and nobody waits
 * on it for longer than {@value #SHARED_MILLIS} ms.
 */
public final class Server implements AutoCloseable {
    private static final int CONNECTIONS = 96;

    /** Of sun_path (unix(7)), with the zero that ends it. */
    private static final int LONGEST_PATH = 108;

    /** Bytes of the bodies that are read or answered now, all together; and of the answers that are on their way. */
    private static final int CARGO = 12 << 20;

    /** Does not count: an order, and what it is answered. */
    private static final int SMALL = 16 << 10;

    /** How long a large answer waits for others to be read. */
    private static final Duration ROOM = Duration.ofSeconds(1);

    /** Enough for any of them, to somebody who reads. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(5);

    /** Connections that may follow events or logs, of all: with those that wait for jobs there are some left. */
    private static final int STREAMS = 16;

    private static final Duration A_WHILE = Duration.ofSeconds(15);

    /** How long a client may wait on the thread that all share. */
    private static final long SHARED_MILLIS = 5000;

    /** Configurations are read on it. Only what is touched of it is memory. */
    private static final long STACK_BYTES = 1 << 20;

    /** How long to wait for descriptors when no connection of ours gives one back. */
    private static final long PAUSE_MILLIS = 250;

    private final Listening listening;
    private final Path socket;
    private final HttpHandler handler;
    private final String owner;
    private final Admission others;
    private final Consumer<String> warn;
    /** Of clients that follow something: each has a connection of its own for as long. */
    private final Waits streams = new Waits(STREAMS, 0);

    private final Semaphore free = new Semaphore(CONNECTIONS);
    private final Cargo bodies = new Cargo(CARGO, ON_THE_WAY, System::nanoTime);
    private final Cargo answers = new Cargo(CARGO, ON_THE_WAY, System::nanoTime);
    /** For the thread that is always there; empty: it may go. */
    private final BlockingQueue<Optional<SocketChannel>> next = new LinkedBlockingQueue<>();
    /** Those that have not sent all of their request or not taken all of their answer, oldest first. */
    private final SequencedSet<SocketChannel> keepingUsWaiting = new LinkedHashSet<>();

    private Server(
            Listening listening,
            Path socket,
            HttpHandler handler,
            String owner,
            Admission others,
            Consumer<String> warn) {
        this.listening = listening;
        this.socket = socket;
        this.handler = handler;
        this.owner = owner;
        this.others = others;
        this.warn = warn;
    }

    /**
     * Listens at {@code socket}; a file left there by an earlier daemon is replaced: the caller holds the run directory's
     * lock.
     *
     * @param others than root and the daemon's user, who may do all
     */
    public static Server start(Path socket, HttpHandler handler, Admission others, Consumer<String> warn)
            throws IOException {
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
        return start(new Listening.OnSocket(listening), socket, handler, others, warn);
    }

    static Server start(Listening listening, Path socket, HttpHandler handler, Admission others, Consumer<String> warn)
            throws IOException {
        var server =
                new Server(listening, socket, handler, Files.getOwner(socket).getName(), others, warn);
        thread("holdfast-api", server::accept).start();
        thread("holdfast-answers", server::answerAll).start();
        return server;
    }

    private static Thread thread(String name, Runnable what) {
        return Thread.ofPlatform().name(name).daemon().stackSize(STACK_BYTES).unstarted(what);
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

    private void answerAside(SocketChannel connection) {
        waiting(connection, true);
        try {
            thread("holdfast-answer", () -> answer(connection, 0)).start();
        } catch (OutOfMemoryError noMoreThreads) { // a full heap ends the daemon (ExitOnOutOfMemoryError)
            next.add(Optional.of(connection));
        }
    }

    /** The one that is always there. */
    private void answerAll() {
        try {
            for (var connection = next.take(); connection.isPresent(); connection = next.take()) {
                answerOne(connection.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answerOne(SocketChannel connection) {
        try {
            answer(connection, SHARED_MILLIS);
        } catch (RuntimeException | StackOverflowError bug) { // of one answer: the next one must be given
            warn.accept("a bug: an answer ended in " + bug);
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

    /** @param mostMillis that it may wait; 0: as long as it was asked to */
    private void answer(SocketChannel connection, long mostMillis) {
        try (connection) {
            UnixDomainPrincipal peer = connection.getOption(ExtendedSocketOptions.SO_PEERCRED);
            InputStream requests = Http.requests(connection);
            boolean more = true;
            while (more) {
                more = serve(connection, requests, peer, mostMillis);
            }
        } catch (IOException e) {
            // The client hung up: its own affair.
            return;
        } finally {
            waiting(connection, false);
            free.release();
        }
    }

    /** As it is now: a connection may stay for longer than its user in a group. */
    private Caller caller(UnixDomainPrincipal peer) {
        String user = peer.user().getName();
        Set<Scope> scopes = user.equals("root") || user.equals(owner)
                ? Scope.ADMIN.all()
                : others.scopes(user, peer.group().getName());
        return new Caller(user, Caller.SOCKET, scopes);
    }

    private Caller admitted(UnixDomainPrincipal peer) throws Bad {
        Caller caller = caller(peer);
        if (caller.scopes().isEmpty()) {
            throw new Bad(
                    403,
                    "only root, " + owner + " and members of global.api.groups may ask this daemon, not "
                            + caller.name());
        }
        return caller;
    }

    /** Of whom bodies are kept, and how much at once. */
    private void take(Http.More more, SocketChannel connection, UnixDomainPrincipal peer) throws Bad {
        if (more.first()) {
            admitted(peer);
        }
        if (more.length() > SMALL && !bodies.take(connection, more.bytes())) {
            throw new Bad(503, "too much is being sent at once: ask again in a second");
        }
    }

    /** @return whether another request may follow */
    private boolean serve(SocketChannel connection, InputStream requests, UnixDomainPrincipal peer, long mostMillis)
            throws IOException {
        HttpAnswer answer;
        @Nullable Caller by = null;
        boolean last = true;
        boolean looks = true;
        try {
            Http.Asked asked = Http.read(requests, mostMillis, more -> take(more, connection, peer));
            bodies.arrived(connection);
            last = mostMillis > 0 || asked.last();
            looks = asked.request().method().equals("GET");
            by = admitted(peer);
            answer = answer(connection, asked.request(), by);
        } catch (Bad e) {
            answer = ProblemDetails.answer(e.status, String.valueOf(e.getMessage()));
        } finally {
            bodies.gone(connection);
        }
        return switch (answer) {
            case HttpAnswer.Whole whole -> send(connection, whole, looks, last);
            case HttpAnswer.Flow flow -> send(connection, flow.whole(), looks, last);
            case HttpAnswer.Stream stream -> {
                Caller then = Objects.requireNonNull(by); // who is not admitted gets no stream
                stream(
                        connection,
                        stream,
                        mostMillis,
                        then,
                        () -> caller(peer).scopes().containsAll(then.scopes()));
                yield false;
            }
        };
    }

    /** Not on the thread that all share, and not on so many connections that others find none. */
    private void stream(
            SocketChannel connection, HttpAnswer.Stream stream, long mostMillis, Caller by, BooleanSupplier holds)
            throws IOException {
        try (HttpAnswer.Source source = stream.source()) {
            int bound = mostMillis > 0 ? STREAMS : streams.take(by);
            if (bound != Waits.GRANTED) {
                var failure = Failure.later(bound + " clients follow something already, or no thread is left", 5);
                write(connection, ProblemDetails.answer(503, failure, Map.of()), true);
                return;
            }
            try {
                Http.write(connection, stream, null, true);
                for (byte[] part = source.next(A_WHILE);
                        part != null && holds.getAsBoolean();
                        part = source.next(A_WHILE)) {
                    if (part.length > 0) {
                        waiting(connection, true);
                        Http.write(connection, ByteBuffer.wrap(part));
                    }
                    waiting(connection, false);
                }
            } finally {
                streams.leave(by);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException bug) {
            warn.accept("a bug: a stream ended in " + bug);
        }
    }

    /** @param looks it changed nothing: where others' answers are in the way, it can be asked again */
    private boolean send(SocketChannel connection, HttpAnswer.Whole answer, boolean looks, boolean last)
            throws IOException {
        int bytes = answer.body().length;
        if (bytes <= SMALL) {
            return write(connection, answer, last);
        }
        if (!looks) {
            answers.takeAnyway(connection, bytes);
        } else if (!room(connection, bytes)) {
            var failure = Failure.later("too many large answers are on their way", 1);
            return write(connection, ProblemDetails.answer(503, failure, Map.of()), last);
        }
        try {
            return write(connection, answer, last);
        } finally {
            answers.gone(connection);
        }
    }

    private boolean room(SocketChannel connection, int bytes) throws IOException {
        try {
            return answers.takeWithin(connection, bytes, ROOM);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static boolean write(SocketChannel connection, HttpAnswer.Whole answer, boolean wanted) throws IOException {
        boolean last = wanted || answer.status() >= 400;
        try {
            Http.write(connection, answer, answer.body(), last);
        } catch (IOException gone) {
            answer.undelivered().run();
            throw gone;
        }
        if (answer.status() >= 400) {
            Http.hearOut(connection);
        }
        return !last;
    }

    private HttpAnswer answer(SocketChannel connection, HttpRequest request, Caller caller) {
        waiting(connection, false);
        try {
            return handler.answer(request, caller);
        } catch (RuntimeException bug) {
            warn.accept("a bug: " + request.method() + " " + request.target() + " ended in " + bug);
            return ProblemDetails.answer(500, "the daemon has a bug here: " + bug);
        } finally {
            waiting(connection, true);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        next.add(Optional.empty());
        try {
            Files.deleteIfExists(socket);
        } catch (IOException leftForTheNext) {
            // Its directory may be gone, or another's. The next daemon deletes what it finds.
            return;
        }
    }
}
