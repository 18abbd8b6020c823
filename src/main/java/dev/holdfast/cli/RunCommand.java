package dev.holdfast.cli;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.LaunchSpec;
import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.protect.HostSize;
import dev.holdfast.protect.Limits;
import dev.holdfast.protect.Sanity;
import dev.holdfast.run.Ending;
import dev.holdfast.run.Run;
import dev.holdfast.run.Wanted;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast run}. */
@Command(
        name = "run",
        description = {
            "Runs one command inside limits and ends with its exit code; no daemon is needed. For a line of a crontab, in"
                    + " place of timeout, nice, ionice and systemd-run.",
            "The command has the caller's stdin, stdout, stderr, terminal and environment. TERM, INT and HUP are handed"
                    + " on to all of its processes, USR1 and USR2 to itself. When it has ended, what it left behind is"
                    + " ended too: by TERM, and after the grace by KILL, whatever session or parent it has.",
            "Where the kernel does not keep a limit (no cgroup v2, or no right to make a group), --memory and --pids are"
                    + " kept by watching, and a line on stderr says which guarantee is weaker; --strict refuses to run.",
            "Mi is 1024 * 1024 bytes, M is 1000 * 1000."
        },
        exitCodeOnInvalidInput = Ending.OWN_FAILURE,
        exitCodeOnExecutionException = Ending.OWN_FAILURE,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "N:the command's own",
            "124:it was ended by --timeout",
            "125:holdfast itself failed, was called wrongly, or refused by --strict",
            "126:the command cannot be executed",
            "127:there is no such command",
            "128+N:signal N ended it; 137 is KILL: by a limit, by somebody, or after the grace, as with timeout(1)"
        },
        footer = {
            "",
            "Examples:",
            "  holdfast run --timeout 5m --memory 512Mi --nice 10 --io best-effort:7 -- /usr/local/bin/report --all",
            "  30 3 * * * root holdfast run --user www-data --timeout 1h --cpu 0.5 -- php /srv/app/cron.php",
            "  holdfast run --private-network --protect-system strict --protect-home -- ./untrusted < input",
            "  holdfast run --strict --memory 1Gi --memory-swap 1Gi --pids 100 -- make -j4"
        })
final class RunCommand extends Subcommand {
    private static final Path PROC = Path.of("/proc");

    @Parameters(
            arity = "1..*",
            paramLabel = "CMD",
            description = "the command and its arguments; nothing after it is ours")
    private List<String> command = List.of();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Mixin
    private CircumstanceOptions circumstances = new CircumstanceOptions();

    @Mixin
    private SandboxOptions sandbox = new SandboxOptions();

    @Option(
            names = "--signal",
            paramLabel = "SIGNAL",
            defaultValue = "TERM",
            description = "asks it to end at the timeout; usual is TERM")
    private Signal signal = Signal.TERM;

    @Option(
            names = "--grace",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "from then, from a TERM, and for what it leaves behind, until KILL; usual is 10s")
    private Duration grace = Duration.ofSeconds(10);

    @Option(names = "--strict", description = "do not run what the kernel would not limit as asked")
    private boolean strict;

    @Option(names = "--quiet", description = "say nothing of weaker guarantees, timeouts and kills")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        Limits wanted = limits.limits();
        var wrong = new ArrayList<>(Sanity.of(wanted, HostSize.UNKNOWN).errors());
        wrong.addAll(sandbox.wrong());
        if (!wrong.isEmpty()) {
            throw misuse(String.join("; ", wrong));
        }
        if (!quiet && !wanted.none()) {
            Sanity.of(wanted, HostSize.of(PROC)).warnings().forEach(this::say);
        }
        ResourcesSpec resources;
        try {
            resources = LimitOptions.resources(wanted);
        } catch (IllegalArgumentException e) {
            throw misuse(String.valueOf(e.getMessage()));
        }
        LaunchSpec launch = circumstances.launch(
                new CommandSpec(List.copyOf(command)), wanted.nice(), wanted.oomScoreAdj(), sandbox.spec());
        var run = new Run(
                new Wanted(launch, circumstances.umask(), resources, wanted.timeout(), signal, grace, strict),
                () -> new MonoTime(System.nanoTime()),
                quiet ? line -> {} : this::say,
                this::say);
        try {
            Ending ending = run.go();
            ending.takeOn();
            return ending.code();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Ending.OWN_FAILURE;
        }
    }

    private void say(String line) {
        err().println("holdfast: " + line);
        err().flush();
    }
}
