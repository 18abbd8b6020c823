package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.UsageReport;
import dev.holdfast.report.ReportPage;
import dev.holdfast.report.ReportText;
import dev.holdfast.unit.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast report}. */
@Command(
        name = "report",
        description = {
            "Says what this host did in a week: usage, peaks, leaks, restarts, limits that do not fit, disks.",
            "reports: in the configuration has it sent."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast report",
            "  holdfast report --since 24h",
            "  holdfast report --format html > report.html"
        })
final class ReportCommand extends Subcommand {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(30);

    /** In what form. */
    enum Format {
        TEXT,
        HTML,
        JSON
    }

    /** As they are typed. */
    static final class Formats extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Formats() {
            super(List.of("text", "html", "json"));
        }
    }

    @Option(names = "--week", description = "of the last seven days, as without --since")
    private boolean week;

    @Option(names = "--since", paramLabel = "TIME", description = "how far back, 1h to 30d, such as 24h")
    private @Nullable Duration since;

    @Option(
            names = "--format",
            paramLabel = "text|html|json",
            completionCandidates = Formats.class,
            description = "text; html is one page that needs nothing else")
    private Format format = Format.TEXT;

    @Override
    public Integer call() throws IOException, Refused {
        Duration span = since;
        if (week && span != null) {
            throw misuse("give --week or --since, not both");
        }
        if (span != null && (span.compareTo(SHORTEST) < 0 || span.compareTo(LONGEST) > 0)) {
            throw misuse("--since is 1h to 30d, which is what the history keeps");
        }
        String answer = client().raw(API + "report?since=" + Durations.format(span == null ? WEEK : span));
        switch (format) {
            case JSON -> out().println(answer);
            case TEXT -> out().print(ReportText.of(Client.read(answer, UsageReport.class)));
            case HTML -> out().print(ReportPage.of(Client.read(answer, UsageReport.class)));
        }
        out().flush();
        return ExitStatus.DONE;
    }
}
