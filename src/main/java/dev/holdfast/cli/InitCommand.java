package dev.holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast init}. */
@Command(
        name = "init",
        description = "Writes a commented configuration to start from. Never overwrites.",
        footer = {"", "Examples:", "  holdfast init && holdfast up holdfast.yaml", "  holdfast init - | less"})
final class InitCommand extends Subcommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "holdfast.yaml",
            description = "where to; - is standard output; ${DEFAULT-VALUE} when not given")
    private String file = "holdfast.yaml";

    @Override
    public Integer call() throws IOException {
        String starter = starter();
        if (file.equals("-")) {
            out().print(starter);
            out().flush();
            return ExitStatus.DONE;
        }
        Path path = Path.of(file);
        try {
            Files.writeString(path, starter, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException _) {
            err().println("holdfast: " + path + " exists and is left as it is; holdfast init OTHER writes beside it");
            return ExitStatus.FAILED;
        }
        out().println("wrote " + path + "; holdfast up " + path + " starts it");
        return ExitStatus.DONE;
    }

    private static String starter() throws IOException {
        try (InputStream in = InitCommand.class.getResourceAsStream("starter.yaml")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
