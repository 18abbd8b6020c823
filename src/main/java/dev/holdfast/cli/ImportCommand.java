package dev.holdfast.cli;

import dev.holdfast.crontab.Crontab;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast import crontab}. */
@Command(
        name = "import",
        description = {
            "Turns a crontab into schedules, on standard output.",
            "What timeout, nice, ionice, systemd-run, flock and redirections say becomes keys.",
            "What could not be turned is told line by line; any such entry makes the exit code 1."
        },
        footer = {
            "",
            "Examples:",
            "  crontab -l | holdfast import crontab - > schedules.yaml",
            "  holdfast import crontab /etc/cron.d/mautic --user-column"
        })
final class ImportCommand extends Subcommand {
    @Parameters(index = "0", paramLabel = "crontab", description = "what FILE is; crontab is the one kind known")
    private String kind = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "- is standard input")
    private String file = "";

    @Option(names = "--user-column", description = "a user stands before each command, as in /etc/cron.d")
    private boolean userColumn;

    @Override
    public Integer call() throws IOException {
        if (!kind.equals("crontab")) {
            throw misuse("\"" + kind + "\" cannot be imported; only crontab can");
        }
        byte[] bytes = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
        Crontab crontab = Crontab.read(new String(bytes, StandardCharsets.UTF_8), userColumn);
        out().print(crontab.yaml());
        out().flush();
        List<Crontab.Remark> remarks = crontab.remarks();
        remarks.forEach(r -> err().println(file + ":" + r.line() + ": " + r.text()));
        err().flush();
        return crontab.left() == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
    }
}
