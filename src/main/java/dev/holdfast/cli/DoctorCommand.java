package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Doctor;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast doctor}. */
@Command(
        name = "doctor",
        description = {
            "Says what the daemon can guarantee on this host, what is weaker here, and what would make it better.",
            "Ends with 1 when something is broken; weaker is not broken."
        },
        footer = {"", "Example:", "  holdfast doctor"})
final class DoctorCommand extends Subcommand {
    private static final String PATH = API + "doctor";

    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        if (json) {
            out().println(client().raw(PATH));
            return ExitStatus.DONE;
        }
        Doctor doctor = client().get(PATH, Doctor.class);
        var table = new Table(style());
        for (Doctor.Finding f : doctor.findings()) {
            table.row(Table.cell(f.level(), Style.ofState(f.level())), Table.cell(f.what()), Table.cell(f.detail()));
        }
        table.lines().forEach(out()::println);
        boolean broken = doctor.findings().stream().anyMatch(f -> f.level().equals("broken"));
        return broken ? ExitStatus.FAILED : ExitStatus.DONE;
    }
}
