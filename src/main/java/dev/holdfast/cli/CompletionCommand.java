package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.QueueList;
import dev.holdfast.api.Status;
import dev.holdfast.protect.UnitProtection;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast completion}. */
@Command(
        name = "completion",
        description = {"Prints the script that completes as you type.", "One script serves bash and zsh."},
        footer = {
            "",
            "Examples:",
            "  bash, for all:    holdfast completion > /etc/bash_completion.d/holdfast",
            "  bash, this shell: source <(holdfast completion)",
            "  zsh, in ~/.zshrc: source <(holdfast completion zsh)"
        })
final class CompletionCommand extends Subcommand {
    /** Whose script it is; one serves both, as it loads zsh's bashcompinit where it finds itself in zsh. */
    enum Shell {
        BASH,
        ZSH
    }

    /** As they are typed. */
    static final class Shells extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Shells() {
            super(List.of("bash", "zsh"));
        }
    }

    /** As they are typed. */
    static final class Colours extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Colours() {
            super(List.of("auto", "always", "never"));
        }
    }

    @Parameters(
            arity = "0..1",
            paramLabel = "bash|zsh",
            completionCandidates = Shells.class,
            description = "the shell; bash when not given")
    private Shell shell = Shell.BASH;

    @Option(names = "--names", hidden = true, description = "what the script asks: processes and replicas, one a line")
    private boolean names;

    @Option(names = "--schedules", hidden = true, description = "what the script asks: schedules, one a line")
    private boolean schedules;

    @Option(names = "--queues", hidden = true, description = "what the script asks: queues, one a line")
    private boolean queues;

    @Option(names = "--units", hidden = true, description = "what the script asks: units of systemd, one a line")
    private boolean units;

    @Override
    public Integer call() throws IOException {
        if (units) {
            UnitProtection.completions().forEach(out()::println);
            return ExitStatus.DONE;
        }
        if (names || schedules || queues) {
            names();
            return ExitStatus.DONE;
        }
        String script = switch (shell) {
            case BASH, ZSH -> AutoComplete.bash("holdfast", spec().root().commandLine());
        };
        String signals = Arrays.stream(Signal.values()).map(Signal::written).collect(Collectors.joining(" "));
        try (InputStream in = CompletionCommand.class.getResourceAsStream("names.bash")) {
            String more = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            out().print(script + more.replace("@SIGNALS@", signals));
        }
        out().flush();
        return ExitStatus.DONE;
    }

    /** Silent where there is nobody to ask: somebody is in the middle of typing. */
    private void names() {
        try {
            if (queues) {
                QueueList all = client().get(API + "queues", QueueList.class);
                all.queues().forEach(q -> out().println(q.name()));
                return;
            }
            Status status = client().get(API + "status", Status.class);
            Stream<String> processes = status.replicas().stream().flatMap(r -> Stream.of(r.process(), r.name()));
            Stream.concat(
                            names ? processes : Stream.of(),
                            schedules ? status.schedules().stream().map(Status.Schedule::name) : Stream.of())
                    .distinct()
                    .forEach(out()::println);
        } catch (IOException | Refused nobody) {
            return;
        }
    }
}
