package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.PlanReply;
import dev.holdfast.api.Status;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast plan}. */
@Command(
        name = "plan",
        description = {
            "Shows what a reload would do, and changes nothing.",
            "Each process is kept, started, stopped, restarted or updated, each schedule kept, added, removed or changed; what"
                    + " differs stands behind it, old → new.",
            "When no daemon answers, shows what holdfast up FILE would do."
        },
        footer = {"", "Examples:", "  holdfast plan", "  holdfast plan --all holdfast.yaml"})
final class PlanCommand extends Subcommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "the configuration; when a daemon answers, it is the one the daemon runs")
    private @Nullable Path file;

    @Option(names = "--all", description = "also show what would be left alone")
    private boolean all;

    @Override
    public Integer call() throws IOException, Refused {
        Path named = file;
        if (named != null) {
            Optional<String> runs = running();
            if (runs.isEmpty()) {
                return ofUp(named);
            }
            Path other = Path.of(runs.get());
            if (!real(named).equals(real(other))) {
                err().println("holdfast: the daemon runs " + other
                        + " and a reload takes no other file; holdfast check " + named
                        + " says whether that one is sound");
                return ExitStatus.USAGE;
            }
        }
        show(client().get(API + "plan", PlanReply.class));
        return ExitStatus.DONE;
    }

    /** The running daemon's file; empty when there is no daemon. */
    private Optional<String> running() throws IOException, Refused {
        try {
            return Optional.of(client().get(API + "status", Status.class).config());
        } catch (Client.NoDaemon _) {
            return Optional.empty();
        }
    }

    private int ofUp(Path path) {
        return switch (new ConfigLoader(root().environment(), root().uid() == 0).load(path)) {
            case Loaded.Unsound unsound -> {
                unsound.problems().forEach(err()::println);
                yield ExitStatus.USAGE;
            }
            case Loaded.Sound sound -> {
                out().println("no daemon answers; holdfast up " + path + " would:");
                show(reply(Plan.between(new TreeMap<>(), sound.config().processes())
                        .and(Plan.ofSchedules(new TreeMap<>(), sound.config().schedules()))));
                yield ExitStatus.DONE;
            }
        };
    }

    private void show(PlanReply plan) {
        PlanTable.of(plan, false, all, style()).forEach(out()::println);
        if (PlanTable.changesNothing(plan)) {
            out().println("nothing would change");
        }
    }

    private static PlanReply reply(Plan plan) {
        return new PlanReply(plan.steps().stream()
                .map(s -> new PlanReply.Step(
                        s.process(), s.verb().name().toLowerCase(Locale.ROOT), s.keys(), s.changes()))
                .toList());
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException gone) {
            return path.toAbsolutePath().normalize();
        }
    }
}
