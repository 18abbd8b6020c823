package dev.holdfast.daemon;

import dev.holdfast.cli.Holdfast;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/** Where both the daemon and its command line begin. */
public final class Main {
    private Main() {}

    /** @param args as typed */
    public static void main(String[] args) throws IOException {
        int code = commandLine(args).execute(args);
        System.out.flush();
        System.exit(code);
    }

    /** At least the command that {@code args} name: each that is built costs time. */
    static CommandLine commandLine(String... args) throws IOException {
        int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        CommandLine line =
                Holdfast.commandLine(new Holdfast(System.getenv(), uid).diagnosing(HostFindings::before), args);
        line.addSubcommand("up", new UpCommand());
        return line;
    }
}
