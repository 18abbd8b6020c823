package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** What went wrong, in one or a few lines, and the exit code that says so. */
final class Failures implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) throws Exception {
        PrintWriter err = command.getErr();
        switch (e) {
            case Client.NoDaemon none -> {
                err.println("holdfast: " + none.getMessage());
                return ExitStatus.NO_DAEMON;
            }
            case Refused refused -> {
                refused.failure().problems().forEach(err::println);
                err.println("holdfast: " + refused.failure().error());
                return switch (refused.status()) {
                    case 404 -> ExitStatus.NO_SUCH_PROCESS;
                    case 400, 422 -> ExitStatus.USAGE;
                    default -> ExitStatus.FAILED;
                };
            }
            case IOException io -> {
                err.println("holdfast: " + io.getMessage());
                return ExitStatus.FAILED;
            }
            default -> throw e;
        }
    }
}
