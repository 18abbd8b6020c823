package dev.holdfast.cli;

import dev.holdfast.api.CleanList;
import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.unit.Human;
import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast clean list}. */
@Command(name = "list", description = "Shows cleanups: when they run, and what they have deleted so far.")
final class CleanListCommand extends Subcommand {
    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        String answer = client().raw(API + "cleanups");
        if (json) {
            out().println(answer);
        } else {
            lines(Client.read(answer, CleanList.class).cleanups(), style(), ZoneId.systemDefault())
                    .forEach(out()::println);
        }
        out().flush();
        return ExitStatus.DONE;
    }

    static List<String> lines(List<CleanList.Standing> cleanups, Style style, ZoneId zone) {
        if (cleanups.isEmpty()) {
            return List.of("no cleanups");
        }
        var table = new Table(style)
                .head("CLEANUP", "STATE", "NEXT", "LAST", "DELETED", "FREED", "IN ALL", "FREED", "RUNS", "FAILED");
        for (CleanList.Standing c : cleanups) {
            table.row(
                    Table.cell(c.name()),
                    Table.cell(c.problem() == null ? c.state() : "failed", paint(c)),
                    Table.cell(at(c.next(), zone)),
                    Table.cell(at(c.last(), zone)),
                    Table.cell(
                            c.lastCount() == null
                                    ? Human.UNKNOWN
                                    : c.lastCount().toString()),
                    Table.cell(Human.bytes(c.lastBytes())),
                    Table.cell(Long.toString(c.count())),
                    Table.cell(Human.bytes(c.bytes())),
                    Table.cell(Long.toString(c.runs())),
                    Table.cell(Long.toString(c.failures())));
        }
        var lines = new java.util.ArrayList<>(table.lines());
        cleanups.stream()
                .filter(c -> c.problem() != null)
                .forEach(c -> lines.add(c.name() + ": " + Table.printable(String.valueOf(c.problem()))));
        return lines;
    }

    private static Style.Paint paint(CleanList.Standing c) {
        return c.problem() == null ? Style.Paint.PLAIN : Style.ofState("failed");
    }

    private static String at(@Nullable String iso, ZoneId zone) {
        return iso == null ? Human.UNKNOWN : Human.at(iso, zone);
    }
}
