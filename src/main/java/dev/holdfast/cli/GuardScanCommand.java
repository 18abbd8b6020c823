package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.config.Config;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.guard.RuleView;
import dev.holdfast.guard.Suspect;
import dev.holdfast.patrol.Scan;
import dev.holdfast.unit.Human;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast guard scan}. */
@Command(
        name = "scan",
        description = {
            "Says what each rule sees now, and what it would do.",
            "Needs no daemon: it looks itself, and knows nothing of the time before. A condition that must hold for 2m"
                    + " is due after --watch 2m. Nothing is done without --kill; with it, what is shown as killed is"
                    + " killed, and of other actions nothing is done."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no rule holds, or all that was to be killed has ended",
            "1:a rule holds",
            "2:bad usage, or a" + " configuration that is not sound, or without guard"
        },
        footer = {
            "",
            "Examples:",
            "  holdfast guard scan my.yaml",
            "  holdfast guard scan my.yaml --watch 2m --kill",
            "  holdfast guard scan my.yaml --json"
        })
final class GuardScanCommand extends Looking {
    @Option(names = "--kill", description = "kill what rules with action: kill hold for")
    private boolean kill;

    @Option(
            names = "--watch",
            paramLabel = "DURATION",
            defaultValue = "2s",
            description = "look for as long; usual is 2s")
    private Duration watch = Duration.ofSeconds(2);

    @Override
    public Integer call() throws IOException {
        Config config = configuration();
        GuardSpec spec = config == null ? null : config.guard();
        if (spec == null) {
            throw misuse(
                    config == null
                            ? "there is no holdfast.yaml here; name the configuration"
                            : "it has no guard: section");
        }
        Scan scan = scan();
        List<RuleView> rules = scan.rules(spec, watch, kill);
        boolean holds = rules.stream()
                .anyMatch(r -> r.members().stream()
                                .anyMatch(m -> m.due() && m.protection().isEmpty())
                        || r.together().stream().anyMatch(RuleView.Condition::due));
        if (json) {
            var answer = new LinkedHashMap<String, Object>();
            answer.put("rules", rules.stream().map(GuardScanCommand::values).toList());
            answer.put("findings", scan.findings());
            answer.put("warnings", scan.warnings());
            out().println(Client.write(answer));
        } else {
            rules.forEach(this::show);
            told(scan);
        }
        return holds ? ExitStatus.FAILED : ExitStatus.DONE;
    }

    private void show(RuleView rule) {
        int n = rule.members().size();
        out().println(rule.rule() + ": " + n + (n == 1 ? " process matches" : " processes match") + "; it does: "
                + Table.printable(rule.deed()));
        var table = new Table(style());
        if (n > 0) {
            table.head("  PID", "USER", "CPU", "MEMORY", "RUNTIME", "COMMAND");
        }
        for (RuleView.Member m : rule.members()) {
            Suspect s = m.suspect();
            table.row(
                    Table.cell("  " + s.pid()),
                    Table.cell(s.user()),
                    Table.cell(Human.percent(Double.isNaN(s.cpuPercent()) ? null : (Double) s.cpuPercent())),
                    Table.cell(Human.bytes(s.memoryBytes())),
                    Table.cell(Human.time(s.runtimeSeconds())),
                    Table.cell(s.command()));
            for (RuleView.Condition c : m.conditions()) {
                if (c.holds()) {
                    table.row(
                            Table.cell(""),
                            Table.cell(""),
                            Table.cell(""),
                            Table.cell(""),
                            Table.cell(""),
                            Table.cell("→ " + text(c)
                                    + (m.protection().isEmpty() ? "" : "; left alone: " + m.protection())));
                }
            }
        }
        table.lines().forEach(out()::println);
        for (RuleView.Condition c : rule.together()) {
            out().println("  together: " + Table.printable(text(c)));
        }
    }

    private static String text(RuleView.Condition c) {
        String held = c.windowSeconds() == 0 ? "" : ", for " + c.heldSeconds() + "s of " + c.windowSeconds() + "s";
        return (c.name().isEmpty() ? "" : c.name() + ": ") + c.text() + ": " + c.value()
                + (c.holds() ? ", holds" + held + (c.due() ? "" : ", not long enough yet") : ", does not hold");
    }

    private static Map<String, Object> values(RuleView rule) {
        var values = new LinkedHashMap<String, Object>();
        values.put("rule", rule.rule());
        values.put("deed", rule.deed());
        var members = new ArrayList<Map<String, Object>>();
        for (RuleView.Member m : rule.members()) {
            Suspect s = m.suspect();
            var member = new LinkedHashMap<String, Object>();
            member.put("pid", s.pid());
            member.put("user", s.user());
            if (!Double.isNaN(s.cpuPercent())) {
                member.put("cpu_percent", Math.round(s.cpuPercent() * 10) / 10.0);
            }
            member.put("memory_bytes", s.memoryBytes());
            member.put("runtime_seconds", s.runtimeSeconds());
            member.put("command", s.command());
            if (!m.protection().isEmpty()) {
                member.put("protection", m.protection());
            }
            member.put("due", m.due());
            member.put(
                    "conditions",
                    m.conditions().stream().map(GuardScanCommand::values).toList());
            members.add(member);
        }
        values.put("processes", members);
        values.put(
                "together",
                rule.together().stream().map(GuardScanCommand::values).toList());
        return values;
    }

    private static Map<String, Object> values(RuleView.Condition c) {
        var values = new LinkedHashMap<String, Object>();
        values.put("condition", c.text());
        if (!c.name().isEmpty()) {
            values.put("name", c.name());
        }
        values.put("value", c.value());
        values.put("holds", c.holds());
        values.put("held_seconds", c.heldSeconds());
        values.put("window_seconds", c.windowSeconds());
        values.put("due", c.due());
        return values;
    }
}
