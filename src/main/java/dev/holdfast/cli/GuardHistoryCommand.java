package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.patrol.GuardHistory;
import dev.holdfast.unit.Human;
import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast guard history}. */
@Command(
        name = "history",
        description = {
            "Says what the guard found and did, oldest first.",
            "Reads the file of the state directory; needs no daemon."
        },
        footer = {"", "Examples:", "  holdfast guard history", "  holdfast guard history -n 100 --json"})
final class GuardHistoryCommand extends Subcommand {
    @Option(names = "-n", paramLabel = "N", defaultValue = "20", description = "the last N; usual is 20")
    private int n = 20;

    @Option(names = "--json", description = "a line of JSON each")
    private boolean json;

    @Option(names = "--evidence", description = "with what was measured")
    private boolean evidence;

    @Override
    public Integer call() throws IOException {
        if (n < 1) {
            throw misuse("-n is 1 or more");
        }
        try (var history = new GuardHistory(root().directories().state())) {
            for (Map<String, Object> entry : history.last(n)) {
                out().println(json ? Client.write(entry) : Table.printable(line(entry)));
                if (evidence && !json && entry.get("evidence") instanceof List<?> lines) {
                    lines.forEach(l -> out().println("    " + Table.printable(String.valueOf(l))));
                }
            }
        }
        return ExitStatus.DONE;
    }

    /** One of them for people. */
    static String line(Map<String, Object> entry) {
        String pid =
                entry.get("pid") instanceof Number p ? "pid " + p.longValue() + " " + entry.get("command") + ": " : "";
        String kind = String.valueOf(entry.get("kind"));
        boolean dry = Boolean.TRUE.equals(entry.get("dry_run"));
        String what = switch (kind) {
            case "fired" -> entry.get("why") + (dry ? ": would " : ": ") + entry.get("deed");
            case "spared", "held-back", "refused" -> entry.get("why") + ": " + entry.get("deed");
            default -> String.valueOf(entry.get("deed"));
        };
        return Human.at(String.valueOf(entry.get("at")), ZoneId.systemDefault()) + "  " + kind + "  "
                + entry.get("rule") + ": " + pid + what;
    }
}
