package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.config.AuditSpec;
import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.protect.UnifiedDiff;
import dev.holdfast.survey.HostGrounds;
import dev.holdfast.survey.Mender;
import dev.holdfast.survey.Programs;
import dev.holdfast.survey.Survey;
import dev.holdfast.unit.ByteSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast audit}. */
@Command(
        name = "audit",
        description = {
            "Reads the host's own configuration, as its programs read it, and says what will break before it does.",
            "Needs no daemon and no configuration of Holdfast. Changes nothing without --fix.",
            "Also shows all that may claim memory, and says whether this host can be killed by its own configuration."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing is as bad as --fail-on; with --fix: all that could be mended is",
            "1:the worst is a warning (or a note); with --fix: something was not mended",
            "2:the worst is critical; or bad usage"
        },
        footer = {
            "",
            "Examples:",
            "  holdfast audit",
            "  holdfast audit php-fpm --fail-on critical",
            "  holdfast audit --root /mnt/image --memory 16Gi --format json",
            "  holdfast audit --write-baseline /etc/holdfast/accepted.txt",
            "  holdfast audit php-fpm --fix"
        })
final class AuditCommand extends Subcommand {
    private static final Path PROC = Path.of("/proc");
    private static final Path USUAL = Path.of("/etc/holdfast/holdfast.yaml");
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    @Parameters(
            arity = "0..*",
            paramLabel = "PROGRAM",
            completionCandidates = ProgramNames.class,
            description = "only findings of these: ${COMPLETION-CANDIDATES}; else of all that are here")
    private List<String> programs = List.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Holdfast's configuration: it says where things are, and is audited, too; else"
                    + " /etc/holdfast/holdfast.yaml, where there is one")
    private @Nullable Path file;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "audit the files below DIR, as of an image or another host; nothing is asked of what runs")
    private @Nullable Path directory;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "the memory of the host, with no swap; else this one's")
    private @Nullable ByteSize memory;

    @Option(
            names = "--format",
            paramLabel = "text|json|sarif",
            completionCandidates = Formats.class,
            description = "text is usual; SARIF is version 2.1.0, for what shows findings in editors and reviews")
    private Format format = Format.TEXT;

    @Option(names = "--baseline", paramLabel = "FILE", description = "leave out what this file accepts")
    private @Nullable Path baseline;

    @Option(
            names = "--write-baseline",
            paramLabel = "FILE",
            description = "accept all that is found, by rule, file and subject; exit code 0")
    private @Nullable Path writeBaseline;

    @Option(
            names = "--fail-on",
            paramLabel = "note|warning|critical",
            completionCandidates = Grades.class,
            description = "what the exit code tells of, and --fix mends; warning is usual")
    private Grade failOn = Grade.WARNING;

    @Option(
            names = "--fix",
            description =
                    "show what would mend it, ask, keep each file beside as .FILE.holdfast-DATE, change it, have the"
                            + " program's own checker read it (the audit, where there is none), and put it back when"
                            + " that complains")
    private boolean fix;

    @Option(names = "--yes", description = "with --fix: do not ask")
    private boolean yes;

    /** How it is told. */
    enum Format {
        TEXT,
        JSON,
        SARIF
    }

    /** As they are typed. */
    static final class Formats extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Formats() {
            super(Stream.of(Format.values())
                    .map(f -> f.name().toLowerCase(Locale.ROOT))
                    .toList());
        }
    }

    /** As they are typed. */
    static final class Grades extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Grades() {
            super(Stream.of(Grade.values()).map(Grade::written).toList());
        }
    }

    /** For completion. */
    static final class ProgramNames extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        ProgramNames() {
            super(Survey.programs());
        }
    }

    @Override
    public Integer call() throws IOException {
        sound();
        Config config = configuration();
        AuditSpec spec = config == null ? null : config.watched().audit();
        Instant begun = Instant.now();
        Map<String, String> told = spec == null ? Map.of() : spec.told();
        Survey survey = Survey.of(grounds(told, Programs::ask), config, Set.copyOf(programs));
        Duration took = Duration.between(begun, Instant.now());
        AuditBaseline accepted = accepted(spec);
        List<Finding> findings = accepted.rest(survey.findings());
        int hidden = survey.findings().size() - findings.size();
        if (fix) {
            return mend(findings, () -> grounds(told, _ -> ""));
        }
        switch (format) {
            case TEXT -> AuditText.of(survey, findings, hidden, style()).forEach(out()::println);
            case JSON -> out().println(Client.write(AuditReports.of(survey, findings, begun.toString(), took, null)));
            case SARIF -> out().println(AuditSarif.of(findings));
        }
        accepted.stale(survey.findings(), Set.copyOf(programs))
                .forEach(l -> err().println("holdfast: accepted and not found any more: " + Table.printable(l)));
        out().flush();
        Path to = writeBaseline;
        if (to != null) {
            AuditBaseline.write(to, survey.findings(), Set.copyOf(programs));
            err().println("holdfast: " + to + ": accepts " + survey.findings().size() + " findings");
            return ExitStatus.DONE;
        }
        return code(findings);
    }

    private void sound() {
        for (String p : programs) {
            if (!Survey.programs().contains(p)) {
                throw misuse("\"" + p + "\" is no program that can be audited; these can: "
                        + String.join(", ", Survey.programs()));
            }
        }
        if (fix && (writeBaseline != null || format != Format.TEXT)) {
            throw misuse("--fix shows differences: it does not go with --format and --write-baseline");
        }
        if (yes && !fix) {
            throw misuse("--yes goes with --fix");
        }
        Path dir = directory;
        if (dir != null && !Files.isDirectory(dir)) {
            throw misuse(dir + " is no directory");
        }
    }

    private int code(List<Finding> findings) {
        Grade worst =
                findings.stream().map(Finding::grade).max(Grade::compareTo).orElse(null);
        if (worst == null || worst.compareTo(failOn) < 0) {
            return ExitStatus.DONE;
        }
        return worst == Grade.CRITICAL ? ExitStatus.USAGE : ExitStatus.FAILED;
    }

    /** Null where there is none. One that is not sound says nothing about the host: the rest is audited then. */
    private @Nullable Config configuration() {
        Path path = file != null ? file : directory == null && Files.exists(USUAL) ? USUAL : null;
        if (path == null) {
            return null;
        }
        return switch (new ConfigLoader(root().environment(), root().uid() == 0).load(path)) {
            case Loaded.Sound(Config config) -> config;
            case Loaded.Unsound unsound -> {
                unsound.problems().forEach(err()::println);
                if (file != null) {
                    throw misuse("the configuration is not sound");
                }
                err().println("holdfast: " + path + " is not sound, and left aside");
                yield null;
            }
        };
    }

    private HostGrounds grounds(Map<String, String> told, HostGrounds.Asker asker) {
        ByteSize given = memory;
        HostGrounds.Size size = given == null ? HostGrounds.Size.of(PROC) : new HostGrounds.Size(given.bytes(), 0);
        Path dir = directory;
        return dir == null ? HostGrounds.here(PROC, size, told, asker) : HostGrounds.below(dir, PROC, size, told);
    }

    private AuditBaseline accepted(@Nullable AuditSpec spec) throws IOException {
        Path given = baseline;
        if (given != null) {
            return AuditBaseline.read(given);
        }
        String configured = spec == null ? null : spec.baseline();
        return configured == null || !Files.exists(Path.of(configured))
                ? AuditBaseline.NONE
                : AuditBaseline.read(Path.of(configured));
    }

    private int mend(List<Finding> findings, Supplier<HostGrounds> anew) throws IOException {
        Path dir = directory;
        String now = DATE.format(LocalDateTime.now(java.time.ZoneId.systemDefault()));
        Mender mender = dir == null
                ? Mender.here(anew, () -> now, root().uid())
                : Mender.below(dir, anew, () -> now, root().uid());
        Mender.Plan plan = mender.plan(findings, failOn);
        List<Finding> byHand = findings.stream()
                .filter(f -> f.grade().compareTo(failOn) >= 0 && f.fix().edits().isEmpty())
                .toList();
        for (Finding f : plan.mended()) {
            out().println(Table.printable(f.grade().written() + "  " + f.rule() + ": " + f.what()));
            out().println(Table.printable("  " + f.fix().what()));
        }
        for (Mender.Changed c : plan.files()) {
            UnifiedDiff.of(c.file(), c.before(), c.file(), c.after())
                    .forEach(l -> out().println(style().paint(paint(l), Table.printable(Notes.masked(l)))));
        }
        plan.left().forEach(l -> out().println("left for the next time: " + Table.printable(l)));
        byHand.forEach(f -> out().println(Table.printable(
                "by hand: " + f.rule() + ": " + f.what() + ": " + f.fix().what())));
        out().flush();
        if (plan.files().isEmpty()) {
            out().println("Nothing can be mended by itself.");
            out().flush();
            return byHand.isEmpty() && plan.left().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
        }
        if (!yes && !agreed()) {
            err().println("holdfast: nothing was changed");
            return ExitStatus.FAILED;
        }
        Mender.Result result = mender.apply(plan);
        result.said().forEach(l -> out().println(Table.printable(l)));
        if (result.good()) {
            out().println("Reload the programs for it to count.");
        }
        out().flush();
        return result.good() && byHand.isEmpty() && plan.left().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private static Style.Paint paint(String line) {
        return line.startsWith("+") ? Style.Paint.GREEN : line.startsWith("-") ? Style.Paint.RED : Style.Paint.PLAIN;
    }

    private boolean agreed() throws IOException {
        out().print("Change this? [y/N] ");
        out().flush();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String answer = in.readLine();
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    }
}
