package dev.holdfast.cli;

import dev.holdfast.crontab.Crontab;
import dev.holdfast.imports.Kind;
import dev.holdfast.imports.Sheet;
import dev.holdfast.source.Broken;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast import KIND FILE}. */
@Command(
        name = "import",
        description = {
            "Turns what another supervisor reads into a configuration, on standard output.",
            "What is not carried over, or only nearly, stands in comments with file and line, and is told on the error"
                    + " output; if something does not run for it, the exit code is 1."
        },
        footer = {
            "",
            "Examples:",
            "  crontab -l | holdfast import crontab - > schedules.yaml",
            "  holdfast import crontab /etc/cron.d/mautic",
            "  holdfast import supervisord /etc/supervisor/supervisord.conf > holdfast.yaml",
            "  holdfast import procfile Procfile --formation web=2,worker=3",
            "  holdfast import pm2 ecosystem.config.js --env production",
            "  pm2 jlist | holdfast import pm2 - > holdfast.yaml",
            "  holdfast import compose compose.yaml",
            "  holdfast import cbox-init cbox-init.yaml"
        })
final class ImportCommand extends Subcommand {
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_REPLICAS = 1_000;
    private static final Pattern SYSTEMS = Pattern.compile("/etc/(?:crontab|cron\\.d/[^/]+)");

    /** For completion. */
    static final class Kinds implements Iterable<String> {
        static final List<String> ALL = List.of("supervisord", "procfile", "crontab", "compose", "pm2", "cbox-init");

        @Override
        public Iterator<String> iterator() {
            return ALL.iterator();
        }
    }

    @Parameters(
            index = "0",
            paramLabel = "KIND",
            completionCandidates = Kinds.class,
            description = "what FILE is: ${COMPLETION-CANDIDATES}")
    private String kind = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "- is standard input")
    private String file = "";

    @Option(
            names = "--user-column",
            description = "crontab: a user stands before each command; of /etc/crontab and /etc/cron.d it is known")
    private boolean userColumn;

    @Option(names = "--env", paramLabel = "NAME", description = "pm2: variables of env_NAME too")
    private String environment = "";

    @Option(
            names = "--formation",
            paramLabel = "NAME=N",
            split = ",",
            description = "procfile: how many of each; all=N for the others")
    private Map<String, Integer> formation = new HashMap<>();

    @Override
    public Integer call() throws IOException {
        if (!Kinds.ALL.contains(kind)) {
            throw misuse("\"" + kind + "\" cannot be imported; these can: " + String.join(", ", Kinds.ALL));
        }
        only("crontab", userColumn, "--user-column");
        only("pm2", !environment.isEmpty(), "--env");
        only("procfile", !formation.isEmpty(), "--formation");
        formation.forEach((name, count) -> {
            if (count < 0 || count > MOST_REPLICAS) {
                throw misuse("--formation " + name + "=" + count + ": 0 to " + MOST_REPLICAS);
            }
        });
        boolean standard = file.equals("-");
        byte[] bytes = standard ? System.in.readNBytes(MOST_BYTES + 1) : read(Path.of(file));
        if (bytes.length > MOST_BYTES) {
            throw misuse(file + " has more than 4 MiB");
        }
        String named = standard ? "standard input" : file;
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            ImportSurroundings.text(bytes);
        } catch (CharacterCodingException e) {
            long line = text.substring(0, Math.max(0, text.indexOf('\ufffd')))
                    .chars()
                    .filter(c -> c == '\n')
                    .count();
            err().println(named + ":" + (line + 1) + ":1: there are bytes that are not UTF-8");
            err().flush();
            return ExitStatus.FAILED;
        }
        return kind.equals("crontab") ? crontab(text) : other(text, named, standard);
    }

    private void only(String of, boolean given, String option) {
        if (given && !kind.equals(of)) {
            throw misuse(option + " counts only for " + of);
        }
    }

    private static byte[] read(Path path) throws IOException {
        try (var in = Files.newInputStream(path)) {
            return in.readNBytes(MOST_BYTES + 1);
        }
    }

    /** Whether cron itself expects users in it, which it knows by its place. */
    static boolean isSystems(Path crontab) {
        return SYSTEMS.matcher(crontab.toAbsolutePath().normalize().toString()).matches();
    }

    private int crontab(String text) {
        Crontab crontab = Crontab.read(file, text, userColumn || isSystems(Path.of(file)));
        out().print(crontab.yaml());
        out().flush();
        crontab.remarks().forEach(r -> err().println(file + ":" + r.line() + ": " + r.text()));
        err().flush();
        return crontab.left() == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private int other(String text, String named, boolean standard) {
        Kind chosen = Arrays.stream(Kind.values())
                .filter(k -> k.name().equals(kind.toUpperCase(Locale.ROOT).replace('-', '_')))
                .findFirst()
                .orElseThrow();
        Sheet sheet;
        try {
            sheet = chosen.read(
                    named,
                    text,
                    new ImportSurroundings(standard ? null : Path.of(file)),
                    new Kind.Choices(environment, formation));
        } catch (Broken e) {
            err().println(e.getMessage());
            err().flush();
            return ExitStatus.FAILED;
        }
        out().print(sheet.yaml());
        out().flush();
        sheet.remarks().forEach(r -> err().println(r));
        err().flush();
        return sheet.left() == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
    }
}
