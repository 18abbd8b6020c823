package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Status;
import dev.holdfast.api.Why;
import dev.holdfast.cli.Style.Paint;
import dev.holdfast.unit.Human;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast why}. */
@Command(
        name = "why",
        description = {
            "Says why a process ended the last times, or why runs of a schedule failed.",
            "And how it is now. For each end: exit code or signal, who asked for it, how long it had run, what it"
                    + " used, and its last output; then what happened to it last, failed starts and hooks included."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast why web",
            "  holdfast why backup",
            "  holdfast why worker -n 1 --lines 50"
        })
final class WhyCommand extends Subcommand {
    @Parameters(paramLabel = "NAME", description = "the process, a replica such as web/1, or a schedule")
    private String name = "";

    @Option(names = "-n", paramLabel = "ENDS", defaultValue = "5", description = "how many ends; ${DEFAULT-VALUE}")
    private int ends;

    @Option(
            names = "--lines",
            paramLabel = "N",
            defaultValue = "10",
            description = "how many lines of output before each; ${DEFAULT-VALUE}")
    private int lines;

    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        if (ends < 0 || lines < 0) {
            throw misuse("-n and --lines are 0 or more");
        }
        String path = API + "why/" + encoded(name) + "?ends=" + ends + "&lines=" + lines;
        if (json) {
            out().println(client().raw(path));
        } else {
            text(client().get(path, Why.class), Instant.now(), ZoneId.systemDefault(), style())
                    .forEach(out()::println);
        }
        return ExitStatus.DONE;
    }

    static List<String> text(Why why, Instant now, ZoneId zone, Style style) {
        var text = new ArrayList<String>();
        Status.Scale scale = why.scale();
        if (scale != null) {
            text.add(style.paint(Paint.BOLD, scale.process()) + ": " + Table.printable(ScaleText.line(scale)));
        }
        for (Why.Replica r : why.replicas()) {
            if (!text.isEmpty()) {
                text.add("");
            }
            text.add(style.paint(Paint.BOLD, r.name()) + ": " + Table.printable(r.now()));
            if (r.uses() != null) {
                text.add("  uses " + Table.printable(r.uses()));
            }
            if (r.ends().isEmpty()) {
                text.add(r.schedule() ? "  no failed run of it is known" : "  no end of it is known");
            }
            for (Why.End end : r.ends()) {
                String ago = Human.ago(end.at(), now);
                text.add("");
                text.add("  " + Human.at(end.at(), zone) + (ago.isEmpty() ? "" : " (" + ago + ")") + "  "
                        + style.paint(Paint.BOLD, Table.printable(end.how())));
                text.add("    " + Table.printable(end.reason()) + "; " + used(end));
                end.lastLines()
                        .forEach(l -> text.add(
                                "    " + style.paint(Paint.DIM, "| ") + Table.printable(l.replace("\t", "    "))));
            }
            List<Why.ByGuard> guard = r.guard() == null ? List.of() : r.guard();
            if (!guard.isEmpty()) {
                text.add("");
                text.add("  the guard, the latest last:");
            }
            for (Why.ByGuard g : guard) {
                text.add("    " + Human.at(g.at(), zone) + "  " + g.kind() + " by " + g.rule() + ": "
                        + Table.printable(g.what()));
                g.evidence().forEach(e -> text.add("      " + style.paint(Paint.DIM, "| ") + Table.printable(e)));
            }
            if (!r.history().isEmpty()) {
                text.add("");
                text.add("  history, the latest last:");
            }
            r.history().forEach(h -> text.add("    " + Human.at(h.at(), zone) + "  " + Table.printable(h.what())));
        }
        return text;
    }

    private static String used(Why.End end) {
        var used = new StringBuilder("ran " + Human.time(end.seconds()));
        if (end.cpuSeconds() != null) {
            used.append(String.format(Locale.ROOT, ", %.2fs of CPU", end.cpuSeconds()));
        }
        if (end.maxRssBytes() != null) {
            used.append(", at most ").append(Human.bytes(end.maxRssBytes())).append(" of memory");
        }
        return used.toString();
    }
}
