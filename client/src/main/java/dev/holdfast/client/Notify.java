package dev.holdfast.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells Holdfast, or systemd, how the program is, as sd_notify(3) does. Where nobody wants to hear it (NOTIFY_SOCKET is not
 * set: the program does not run under Holdfast, or its {@code readiness} is not {@code notify}) nothing is done. Where
 * somebody waits and cannot be told there is an exception. Thread-safe.
 */
public final class Notify {
    /** A daemon that is being replaced is back within this. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int BETWEEN_MILLIS = 50;
    private static final int LONGEST = 4096;

    private final @Nullable String socket;
    private final Wire wire;
    private final Duration patience;

    /** How a datagram gets to a Unix socket. */
    interface Wire {
        /**
         * @param socket a path; beginning with {@code @}, a name in the abstract namespace
         * @throws IOException when it was not sent
         */
        void send(String socket, byte[] message) throws IOException, InterruptedException;
    }

    Notify(Map<String, String> environment, Wire wire, Duration patience) {
        String named = environment.get("NOTIFY_SOCKET");
        this.socket = named == null || named.isEmpty() ? null : named;
        this.wire = wire;
        this.patience = patience;
    }

    /** By this JVM's environment. */
    public static Notify here() {
        return new Notify(System.getenv(), Wires.best(), PATIENCE);
    }

    /** Whether somebody waits to be told. */
    public boolean wanted() {
        return socket != null;
    }

    /**
     * The program is up: what depends on it begins, its replacement counts as done. To be said once.
     *
     * @return whether it was said; false: nobody wants to know
     * @throws NotifyException when it could not be said within ten seconds
     */
    public boolean ready() throws NotifyException {
        return send("READY=1");
    }

    /**
     * Beside {@link #ready}: what it does, for people.
     *
     * @param status one line
     */
    public boolean ready(String status) throws NotifyException {
        return send("READY=1\n" + line(status));
    }

    /**
     * As {@link #ready}, of what it does only. Holdfast takes note of READY=1 alone; systemd shows this too.
     *
     * @param status one line
     */
    public boolean status(String status) throws NotifyException {
        return send(line(status));
    }

    private static String line(String status) {
        if (status.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a status is one line");
        }
        return "STATUS=" + status;
    }

    private boolean send(String text) throws NotifyException {
        if (socket == null) {
            return false;
        }
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        if (message.length > LONGEST) {
            throw new IllegalArgumentException("a message has at most " + LONGEST + " bytes");
        }
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                wire.send(socket, message);
                return true;
            } catch (Wires.Never e) {
                throw new NotifyException(text.lines().findFirst().orElse("") + " was not said: " + e.getMessage(), e);
            } catch (IOException e) { // refused while a daemon is replaced, or its queue is full
                if (System.nanoTime() - until >= 0) {
                    throw new NotifyException(
                            "nobody took " + text.lines().findFirst().orElse("") + " at NOTIFY_SOCKET " + socket
                                    + " within " + patience.toMillis() + " ms: " + e.getMessage(),
                            e);
                }
                pause(e);
            } catch (InterruptedException e) {
                throw interrupted(new IOException("interrupted", e));
            }
        }
    }

    private static void pause(IOException why) throws NotifyException {
        try {
            Thread.sleep(BETWEEN_MILLIS);
        } catch (InterruptedException e) {
            throw interrupted(why);
        }
    }

    private static NotifyException interrupted(IOException why) {
        Thread.currentThread().interrupt();
        return new NotifyException("interrupted before it was said: " + why.getMessage(), why);
    }
}
