package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Doctor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast doctor}. */
@Command(
        name = "doctor",
        description = {
            "Says what can be guaranteed on this host.",
            "And what is weaker here, and what would make it better. Ends with 1 when something is broken; weaker is not "
                    + "broken. "
                    + "Where no daemon answers, it looks at the host itself."
        },
        footer = {"", "Example:", "  holdfast doctor"})
final class DoctorCommand extends Subcommand {
    private static final String PATH = API + "doctor";

    @Option(names = "--json", description = "the answer as it is")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        String answer = answer();
        if (json) {
            out().println(answer);
            return ExitStatus.DONE;
        }
        Doctor doctor = Client.read(answer, Doctor.class);
        var table = new Table(style());
        for (Doctor.Finding f : doctor.findings()) {
            table.row(Table.cell(f.level(), Style.ofState(f.level())), Table.cell(f.what()), Table.cell(f.detail()));
        }
        table.lines().forEach(out()::println);
        boolean broken = doctor.findings().stream().anyMatch(f -> f.level().equals("broken"));
        return broken ? ExitStatus.FAILED : ExitStatus.DONE;
    }

    /** The daemon's; where none answers, what can be seen without one, before the first up say. */
    private String answer() throws IOException, Refused {
        try {
            return client().raw(PATH);
        } catch (Client.NoDaemon e) {
            var findings = new ArrayList<>(root().diagnosis());
            findings.add(new Doctor.Finding("ok", "daemon", String.valueOf(e.getMessage())));
            return Client.write(new Doctor(List.copyOf(findings)));
        }
    }
}
