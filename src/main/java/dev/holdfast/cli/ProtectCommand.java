package dev.holdfast.cli;

import dev.holdfast.config.Problem;
import dev.holdfast.protect.ComposeBlock;
import dev.holdfast.protect.HostSize;
import dev.holdfast.protect.Limits;
import dev.holdfast.protect.Sanity;
import dev.holdfast.protect.Site;
import dev.holdfast.protect.UnitName;
import dev.holdfast.protect.UnitProtection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast protect}. */
@Command(
        name = "protect",
        description = {
            "Gives limits to what others run: a unit of systemd, or a service of a compose file.",
            "For a unit it writes a drop-in, /etc/systemd/system/UNIT.d/50-holdfast.conf, shows what changes, has systemd"
                    + " read it and looks whether each limit holds; what overrides one is named. The drop-in says"
                    + " exactly what this call says: limits of an earlier call that are not given again are gone.",
            "With --compose it prints the service's deploy.resources, and writes nothing.",
            "Mi is 1024 * 1024 bytes, M is 1000 * 1000."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or nothing to do",
            "1:failed, or a limit is not in force: something else overrides it, the kernel cannot, the unit is masked",
            "2:bad usage, limits that contradict each other, or a compose file that is not sound",
            "3:systemd does not run here: nothing was changed",
            "4:no such unit or service"
        },
        footer = {
            "",
            "Examples:",
            "  holdfast protect nginx --memory 1Gi --memory-high 768Mi --cpu 1 --tasks 50 --dry-run",
            "  holdfast protect backup@.service --cpu-weight 20 --io-read-bytes /dev/sda=20M --timeout 2h",
            "  holdfast protect --remove nginx",
            "  holdfast protect --root /mnt/image nginx --memory 1Gi",
            "  holdfast protect --compose compose.yaml web --memory 512Mi --memory-swap 512Mi --cpu 0.5 --tasks 100"
        })
final class ProtectCommand extends Subcommand {
    @Parameters(
            paramLabel = "UNIT|SERVICE",
            description = "a service, slice, scope, socket, mount or swap of systemd; .service when it has no suffix")
    private String name = "";

    @Mixin
    private LimitOptions options = new LimitOptions();

    @Option(names = "--dry-run", description = "show what would be done; needs no systemd")
    private boolean dryRun;

    @Option(names = "--no-reload", description = "write only: systemd reads it when it is reloaded next")
    private boolean noReload;

    @Option(names = "--remove", description = "take our drop-in away")
    private boolean remove;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "the root of an image that is not booted; as --no-reload")
    private @Nullable Path image;

    @Option(
            names = "--compose",
            paramLabel = "FILE",
            description = "print the limits of a service of this compose file")
    private @Nullable Path compose;

    @Override
    public Integer call() throws IOException {
        Limits limits = options.limits();
        if (remove && (!limits.none() || compose != null)) {
            throw misuse("--remove takes the whole drop-in away: it goes with no limit and not with --compose");
        }
        if (!remove && limits.none()) {
            throw misuse("a limit is missing, such as --memory 1Gi");
        }
        Path file = compose;
        if (file == null) {
            return unit(limits);
        }
        if (dryRun || noReload || image != null) {
            throw misuse("--compose only prints: it does not go with --dry-run, --no-reload and --root");
        }
        return service(file, limits);
    }

    private int unit(Limits limits) throws IOException {
        UnitName unit;
        try {
            unit = UnitName.parse(name);
        } catch (IllegalArgumentException e) {
            throw misuse(String.valueOf(e.getMessage()));
        }
        Path root = image;
        String unfitRoot = root == null ? null : UnitProtection.unfitRoot(root);
        if (unfitRoot != null) {
            throw misuse(unfitRoot);
        }
        Site site =
                root == null ? Site.host() : Site.image(root.toAbsolutePath().normalize());
        String unfit = UnitProtection.unfit(unit, limits);
        if (!sound(limits, site.size(), unfit == null ? List.of() : List.of(unfit))) {
            return ExitStatus.USAGE;
        }
        var mode = dryRun
                ? UnitProtection.Mode.DRY
                : noReload || image != null ? UnitProtection.Mode.WRITE : UnitProtection.Mode.APPLY;
        var protection = new UnitProtection(site, mode, out()::println, l -> err().println("holdfast: " + l));
        return switch (remove ? protection.remove(unit) : protection.protect(unit, limits)) {
            case DONE -> ExitStatus.DONE;
            case FAILED -> ExitStatus.FAILED;
            case NO_SYSTEMD -> ExitStatus.NO_DAEMON;
            case NO_UNIT -> ExitStatus.NO_SUCH_PROCESS;
        };
    }

    private int service(Path file, Limits limits) {
        // Where it will run is not known here.
        if (!sound(limits, HostSize.UNKNOWN, ComposeBlock.unfit(limits))) {
            return ExitStatus.USAGE;
        }
        return switch (ComposeBlock.of(file, name, limits)) {
            case ComposeBlock.Result.Wrong(List<Problem> problems) -> {
                problems.forEach(err()::println);
                yield ExitStatus.USAGE;
            }
            case ComposeBlock.Result.NoService(String why) -> {
                err().println("holdfast: " + why);
                yield ExitStatus.NO_SUCH_PROCESS;
            }
            case ComposeBlock.Result.Block(ComposeBlock block) -> {
                block.diff().forEach(err()::println);
                block.notes().forEach(n -> err().println("holdfast: " + n));
                out().print(block.yaml());
                out().flush();
                yield ExitStatus.DONE;
            }
        };
    }

    /** Says all that is wrong; false when something is, not only odd. */
    private boolean sound(Limits limits, HostSize host, List<String> more) {
        Sanity sanity = Sanity.of(limits, host);
        var errors = new ArrayList<>(sanity.errors());
        errors.addAll(more);
        errors.forEach(e -> err().println("holdfast: " + e));
        sanity.warnings().forEach(w -> err().println("holdfast: warning: " + w));
        return errors.isEmpty();
    }
}
