package dev.holdfast.daemon;

import dev.holdfast.linux.Errno;
import dev.holdfast.linux.UnixDatagram;
import dev.holdfast.unit.MonoTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the systemd that started this daemon how it goes (sd_notify(3), systemd.service(5) Type=notify); silent where
 * none did. Thread-safe but for {@link #tick}, the loop's.
 */
final class SystemdNotices {
    private final @Nullable String socket;
    private final Consumer<String> say;
    /** Half of what the watchdog allows, or null. */
    private final @Nullable Duration heartbeat;

    private MonoTime due = MonoTime.NEVER;

    /**
     * @param environment the daemon's: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID
     * @param pid our own: a watchdog of another process is not ours
     * @param say told when a notice cannot be sent
     */
    SystemdNotices(Map<String, String> environment, int pid, Consumer<String> say) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        this.socket = socket.isEmpty() ? null : socket;
        this.say = say;
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String whose = environment.getOrDefault("WATCHDOG_PID", Integer.toString(pid));
        boolean watched =
                this.socket != null && micros.matches("[1-9]\\d{0,14}") && whose.equals(Integer.toString(pid));
        this.heartbeat = watched ? Duration.ofNanos(Long.parseLong(micros) * 1000 / 2) : null;
    }

    /** It can be asked, has adopted what ran, and supervises. */
    void ready(int processes, MonoTime now) {
        send("READY=1\nSTATUS=" + supervises(processes));
        if (heartbeat != null) {
            due = now;
        }
    }

    void reloading(MonoTime now) {
        send("RELOADING=1\nMONOTONIC_USEC=" + now.nanos() / 1000);
    }

    /** @param refused why nothing was changed, or null */
    void reloaded(int processes, @Nullable String refused) {
        send("READY=1\nSTATUS=" + supervises(processes)
                + (refused == null ? "" : "; the last reload was refused: " + refused.replace('\n', ' ')));
    }

    /** @param within how long stopping everything may take, so that systemd does not lose patience before */
    void stopping(Duration within) {
        send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + within.toNanos() / 1000 + "\nSTATUS=stops all processes");
    }

    /** What runs stays. */
    void leaving() {
        send("STOPPING=1\nSTATUS=leaves what runs to the next daemon");
    }

    /** When {@link #tick} wants to be called. */
    MonoTime deadline() {
        return due;
    }

    /** By the loop: a loop that hangs says nothing, and systemd puts another daemon in our place. */
    void tick(MonoTime now) {
        if (heartbeat != null && !now.isBefore(due)) {
            due = now.plus(heartbeat);
            send("WATCHDOG=1");
        }
    }

    private static String supervises(int processes) {
        return "supervises " + processes + (processes == 1 ? " process" : " processes");
    }

    private void send(String text) {
        String to = socket;
        if (to == null) {
            return;
        }
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        try (var wire = UnixDatagram.to(to, message.length)) {
            wire.offer(message, message.length);
        } catch (Errno e) {
            say.accept("systemd cannot be told \"" + text.lines().findFirst().orElse("") + "\": " + e.getMessage());
        }
    }
}
