package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.HealthReport;
import dev.holdfast.cli.Style.Paint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast health}. */
@Command(
        name = "health",
        description = {
            "Shows on one screen how the host, probes, the guard, processes, schedules, queues and cleanups are.",
            "It ends with 0 when all is well, with 1 for a warning, with 2 when something is critical and with 3 when no"
                    + " daemon answers, as other monitors want it."
        },
        footer = {"", "Examples:", "  holdfast health", "  holdfast health --json | jq -r .level"})
final class HealthCommand extends Subcommand {
    private static final int WARNING = 1;
    private static final int CRITICAL = 2;

    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        String answer = client().raw(API + "health");
        HealthReport report = Client.read(answer, HealthReport.class);
        if (json) {
            out().println(answer);
        } else {
            lines(report, style()).forEach(out()::println);
        }
        out().flush();
        return switch (report.level()) {
            case HealthReport.CRITICAL -> CRITICAL;
            case HealthReport.WARNING -> WARNING;
            default -> ExitStatus.DONE;
        };
    }

    static List<String> lines(HealthReport report, Style style) {
        var table = new Table(style).head("WHAT", "NAME", "LEVEL", "VALUE", "");
        for (HealthReport.Item i : report.items()) {
            table.row(
                    Table.cell(i.kind()),
                    Table.cell(i.name()),
                    Table.cell(i.level(), paint(i.level())),
                    Table.cell(i.value()),
                    Table.cell(i.detail()));
        }
        List<String> lines = new ArrayList<>(report.items().isEmpty() ? List.of() : table.lines());
        report.doing().forEach(d -> lines.add("recovering: " + Table.printable(d)));
        lines.add("all together: " + style.paint(paint(report.level()), report.level()));
        return lines;
    }

    private static Paint paint(String level) {
        return switch (level) {
            case HealthReport.OK -> Style.ofState("up");
            case HealthReport.CRITICAL -> Style.ofState("failed");
            case HealthReport.WARNING -> Style.ofState("backoff");
            default -> Paint.PLAIN;
        };
    }
}
