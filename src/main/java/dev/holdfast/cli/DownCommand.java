package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Doctor;
import dev.holdfast.api.PlanReply;
import dev.holdfast.unit.Human;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast down}. */
@Command(
        name = "down",
        description = {
            "Stops every process, then ends the daemon.",
            "They stop in the reverse order of their dependencies."
        },
        footer = {"", "Example:", "  holdfast down --timeout 1m"})
final class DownCommand extends Subcommand {
    private static final Duration PAUSE = Duration.ofMillis(20);

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "5m",
            description = "of the wait for the daemon's end; then the exit code is 124 and the stopping goes on; "
                    + "0 is none; ${DEFAULT-VALUE} when not given")
    private Duration timeout = Duration.ZERO;

    @Override
    public Integer call() throws IOException, Refused {
        long began = System.nanoTime();
        try {
            client().postText(API + "down", "", PlanReply.class);
        } catch (Client.NoDaemon e) {
            // Whoever wants all to end must not take this for the end.
            root().diagnosis().stream()
                    .filter(f -> f.what().equals(Doctor.LEFT_BEHIND))
                    .forEach(f -> err().println("holdfast: " + f.detail()));
            throw e;
        }
        Path socket = root().directories().socket();
        while (answers(socket)) {
            if (!timeout.isZero() && System.nanoTime() - began > timeout.toNanos()) {
                err().println("holdfast: still stopping after " + Human.time(timeout.toMillis() / 1000.0)
                        + "; holdfast status shows what is left");
                return ExitStatus.TIMED_OUT;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        out().println("everything is stopped");
        return ExitStatus.DONE;
    }

    private static boolean answers(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException nobody) {
            return false;
        }
    }
}
