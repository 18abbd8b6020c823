package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.config.Config;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.patrol.Scan;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast zombies}. */
@Command(
        name = "zombies",
        description = {
            "Lists processes that have ended and whose parent does not wait for them.",
            "A zombie uses nothing but its number, and cannot be killed: it goes when its parent waits, or ends. With --kill"
                    + " parents are told by SIGCHLD, and those that do not heed it are ended, unless they are protected. With"
                    + " guard.dry_run that is only said."
        },
        footer = {"", "Examples:", "  holdfast zombies", "  holdfast zombies --kill"})
final class ZombiesCommand extends Looking {
    @Option(names = "--kill", description = "tell their parents, and end those that do not heed it")
    private boolean kill;

    @Override
    public Integer call() throws IOException {
        Config config = configuration();
        GuardSpec guard = config == null ? null : config.guard();
        Scan scan = scan();
        List<Scan.Zombie> zombies = scan.zombies();
        if (kill && !zombies.isEmpty()) {
            scan.endZombies(guard);
        }
        List<Scan.Zombie> left = kill ? scan().zombies() : zombies;
        if (json) {
            var answer = new LinkedHashMap<String, Object>();
            answer.put("zombies", zombies.stream().map(ZombiesCommand::values).toList());
            answer.put("findings", scan.findings());
            out().println(Client.write(answer));
        } else {
            var table = new Table(style());
            if (!zombies.isEmpty()) {
                table.head("PID", "PARENT", "USER", "PARENT'S COMMAND");
            }
            zombies.forEach(z -> table.row(
                    Table.cell(Integer.toString(z.pid())),
                    Table.cell(Integer.toString(z.parent())),
                    Table.cell(z.parentUser()),
                    Table.cell(z.parentCommand())));
            table.lines().forEach(out()::println);
            told(scan);
        }
        boolean dry = guard != null && guard.dryRun();
        return kill && !dry && !left.isEmpty() ? ExitStatus.FAILED : ExitStatus.DONE;
    }

    private static Map<String, Object> values(Scan.Zombie z) {
        var values = new LinkedHashMap<String, Object>();
        values.put("pid", z.pid());
        values.put("parent", z.parent());
        values.put("parent_user", z.parentUser());
        values.put("parent_command", z.parentCommand());
        return values;
    }
}
