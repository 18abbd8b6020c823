package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.FleetReport;
import dev.holdfast.api.FleetReport.Host;
import dev.holdfast.cli.Style.Paint;
import dev.holdfast.unit.Human;
import java.io.IOException;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast fleet status}. */
@Command(
        name = "status",
        description = {
            "Shows the hosts that share this one's store: version, load, memory, jobs.",
            "It ends with 1 when one is silent that should have been heard of, for scripts."
        },
        footer = {
            "",
            "A host says every 10 s how it is. It is silent after 30 s without a word: its daemon is gone, or cannot",
            "reach the store; jobs it held are done by others when their leases are over. A host that left in good",
            "order is shown for a week.",
            "",
            "Example:",
            "  holdfast fleet status"
        })
final class FleetStatusCommand extends Subcommand {
    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        String answer = client().raw(API + "fleet");
        FleetReport fleet = Client.read(answer, FleetReport.class);
        if (json) {
            out().println(answer);
        } else {
            table(fleet).lines().forEach(out()::println);
            remarks(fleet);
        }
        out().flush();
        return fleet.hosts().stream().noneMatch(h -> h.state().equals("silent")) ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private Table table(FleetReport fleet) {
        var table = new Table(style())
                .head("HOST", "STATE", "HEARD", "VERSION", "UP", "LOAD", "CORES", "MEMORY", "JOBS", "QUEUES");
        for (Host h : fleet.hosts()) {
            boolean up = h.state().equals("up");
            table.row(
                    Table.cell(h.name() + (h.here() ? " *" : "")),
                    Table.cell(h.state(), up ? Paint.GREEN : h.state().equals("silent") ? Paint.RED : Paint.PLAIN),
                    Table.cell(Human.time(h.silentSeconds()) + " ago"),
                    Table.cell(h.version()),
                    Table.cell(up ? Human.time(h.upSeconds()) : Human.UNKNOWN),
                    Table.cell(up ? String.format(Locale.ROOT, "%.2f", h.load()) : Human.UNKNOWN),
                    Table.cell(Integer.toString(h.cores())),
                    Table.cell(up ? memory(h) : Human.UNKNOWN),
                    Table.cell(up ? h.running() + "/" + h.places() : Human.UNKNOWN),
                    Table.cell(h.queues().isEmpty() ? Human.UNKNOWN : String.join(", ", h.queues())));
        }
        return table;
    }

    private static String memory(Host h) {
        Long all = h.memoryBytes();
        Long available = h.availableBytes();
        return all == null || available == null
                ? Human.UNKNOWN
                : Human.bytes(all - available) + " of " + Human.bytes(all);
    }

    private void remarks(FleetReport fleet) {
        if (!fleet.shared()) {
            out().println("this host keeps its jobs for itself; hosts share them by global.storage.url:"
                    + " postgresql://…");
        }
        var versions = fleet.hosts().stream()
                .filter(h -> h.state().equals("up"))
                .map(Host::version)
                .collect(Collectors.toCollection(TreeSet::new));
        if (versions.size() > 1) {
            out().println("versions differ: " + Table.printable(String.join(", ", versions)));
        }
    }
}
