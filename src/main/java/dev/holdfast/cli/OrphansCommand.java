package dev.holdfast.cli;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.holdfast.api.Client;
import dev.holdfast.config.Config;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.GuardSpec.MatchSpec;
import dev.holdfast.config.GuardSpec.OrphanSpec;
import dev.holdfast.patrol.Scan;
import dev.holdfast.unit.Human;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast orphans}. */
@Command(
        name = "orphans",
        description = {
            "Lists processes that fell to init or to a daemon of Holdfast and whose session has no living leader.",
            "Those of guard.orphans of the configuration, or of --match; without either, all. Their age is that of the"
                    + " process. --kill needs to know which: by TERM, and after 10s by KILL. With"
                    + " guard.dry_run that is only said."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast orphans",
            "  holdfast orphans my.yaml --older-than 24h --kill",
            "  holdfast orphans --match 'multiprocessing\\.spawn' --older-than 1h"
        })
final class OrphansCommand extends Looking {
    @Option(names = "--kill", description = "end them")
    private boolean kill;

    @Option(names = "--older-than", paramLabel = "DURATION", description = "only those; else as configured, or all")
    private @Nullable Duration olderThan;

    @Option(names = "--match", paramLabel = "REGEX", description = "only those with such a command line")
    private @Nullable String match;

    @Override
    public Integer call() throws IOException {
        Config config = configuration();
        GuardSpec guard = config == null ? null : config.guard();
        OrphanSpec wanted = wanted(guard == null ? null : guard.orphans());
        if (kill && wanted.match() == null) {
            throw misuse(
                    "--kill needs --match, or guard.orphans.match in the configuration: many a service is an orphan");
        }
        Scan scan = scan();
        List<Scan.Orphan> orphans = scan.orphans(wanted);
        if (kill && !orphans.isEmpty()) {
            scan.endOrphans(wanted, guard);
        }
        List<Scan.Orphan> left = kill ? scan().orphans(wanted) : orphans;
        if (json) {
            var answer = new LinkedHashMap<String, Object>();
            answer.put("orphans", orphans.stream().map(OrphansCommand::values).toList());
            answer.put("findings", scan.findings());
            out().println(Client.write(answer));
        } else {
            var table = new Table(style());
            if (!orphans.isEmpty()) {
                table.head("PID", "USER", "AGE", "MEMORY", "COMMAND");
            }
            orphans.forEach(o -> table.row(
                    Table.cell(Integer.toString(o.pid())),
                    Table.cell(o.user()),
                    Table.cell(Human.time(o.seconds())),
                    Table.cell(Human.bytes(o.memoryBytes())),
                    Table.cell(o.command())));
            table.lines().forEach(out()::println);
            told(scan);
        }
        boolean dry = guard != null && guard.dryRun();
        return kill && !dry && !left.isEmpty() ? ExitStatus.FAILED : ExitStatus.DONE;
    }

    private OrphanSpec wanted(@Nullable OrphanSpec configured) {
        MatchSpec which = configured == null ? null : configured.match();
        String regex = match;
        if (regex != null) {
            try {
                Pattern.compile(regex);
            } catch (PatternSyntaxException e) {
                throw misuse("\"" + regex + "\" is no regular expression: " + e.getDescription());
            }
            which = new MatchSpec(regex, null, null, null, null, null, null);
        }
        Duration age = olderThan != null ? olderThan : configured == null ? Duration.ZERO : configured.olderThan();
        Deed deed = configured != null && configured.deed() instanceof Deed.Kill k
                ? k
                : new Deed.Kill(Signal.TERM, Duration.ofSeconds(10), true);
        return new OrphanSpec(
                which,
                age,
                deed,
                Scan.STEP,
                configured == null ? null : configured.atMost(),
                configured == null ? Set.of() : configured.overrideProtect(),
                List.of());
    }

    private static Map<String, Object> values(Scan.Orphan o) {
        var values = new LinkedHashMap<String, Object>();
        values.put("pid", o.pid());
        values.put("user", o.user());
        values.put("age_seconds", o.seconds());
        values.put("memory_bytes", o.memoryBytes());
        values.put("command", o.command());
        return values;
    }
}
