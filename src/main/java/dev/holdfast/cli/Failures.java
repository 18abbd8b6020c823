package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.unit.Human;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** What went wrong, in one or a few lines, and the exit code that says so. */
final class Failures implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) throws Exception {
        PrintWriter err = command.getErr();
        if (e instanceof Refused refused) {
            refused.failure().problems().forEach(p -> err.println(Table.printable(p)));
        } else if (!(e instanceof IOException)) {
            throw e;
        }
        err.println("holdfast: " + Table.printable(message(e)) + later(e));
        return switch (e) {
            case Client.NoDaemon _ -> ExitStatus.NO_DAEMON;
            case Refused refused
            when refused.status() == 404 -> {
                String listing = command.getCommand() instanceof Subcommand s ? s.listing() : "holdfast status";
                err.println(listing + " lists what there is");
                yield ExitStatus.NO_SUCH_PROCESS;
            }
            case Refused refused when refused.status() == 400 || refused.status() == 422 -> ExitStatus.USAGE;
            default -> command.getCommandSpec().exitCodeOnExecutionException();
        };
    }

    /** What was refused for now may be granted later. */
    private static String later(Exception e) {
        Integer seconds = e instanceof Refused refused ? refused.failure().retryAfterSeconds() : null;
        return seconds == null ? "" : "; try again in " + Human.time(seconds.longValue());
    }

    private static String message(Exception e) {
        return switch (e) { // whose messages are bare paths
            case NoSuchFileException _ -> e.getMessage() + ": no such file or directory";
            case AccessDeniedException _ -> e.getMessage() + ": permission denied; try as the user the daemon runs as";
            default -> String.valueOf(e.getMessage());
        };
    }
}
