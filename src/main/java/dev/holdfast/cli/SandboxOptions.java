package dev.holdfast.cli;

import dev.holdfast.config.SandboxSpec;
import dev.holdfast.unit.Capability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a command is kept from, by the names that {@code sandbox} of a configuration has. */
final class SandboxOptions {
    private static final String ALL = "ALL";

    @Option(names = "--no-new-privileges", description = "setuid programs give it nothing")
    private boolean noNewPrivileges;

    @Option(
            names = "--protect-system",
            paramLabel = "full|strict",
            description = "read-only system; strict: everything")
    private SandboxSpec.@Nullable ProtectSystem protectSystem;

    @Option(names = "--protect-home", description = "/home, /root and /run/user are empty")
    private boolean protectHome;

    @Option(names = "--private-tmp", description = "/tmp and /var/tmp of its own; needs root")
    private boolean privateTmp;

    @Option(
            names = "--read-write",
            paramLabel = "PATH",
            split = ",",
            description = "writable, or there, in spite of these; may be repeated")
    private List<String> readWrite = List.of();

    @Option(names = "--read-only", paramLabel = "PATH", split = ",", description = "not writable; may be repeated")
    private List<String> readOnly = List.of();

    @Option(names = "--private-network", description = "nothing but a loopback of its own; needs root")
    private boolean privateNetwork;

    @Option(names = "--hostname", paramLabel = "NAME", description = "that it sees; needs root")
    private @Nullable String hostname;

    @Option(
            names = "--keep-capabilities",
            paramLabel = "NAME",
            split = ",",
            description = "only these, also as another user; needs root")
    private @Nullable List<String> keep;

    @Option(
            names = "--drop-capabilities",
            paramLabel = "NAME",
            split = ",",
            description = "all but these; ALL drops every one; needs root")
    private @Nullable List<String> drop;

    /** What cannot be meant. */
    List<String> wrong() {
        var wrong = new ArrayList<String>();
        paths("--read-write", readWrite, wrong);
        paths("--read-only", readOnly, wrong);
        boolean closed = protectSystem != null || protectHome || privateTmp || !readOnly.isEmpty();
        if (!readWrite.isEmpty() && !closed) {
            wrong.add("--read-write counts only with --protect-system, --protect-home, --private-tmp or --read-only");
        }
        if (keep != null && drop != null) {
            wrong.add("--keep-capabilities, only these, and --drop-capabilities, all but these, do not go together");
        }
        String host = hostname;
        if (host != null && !host.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")) {
            wrong.add("--hostname has letters, digits, . and - between them, at most 64");
        }
        names("--keep-capabilities", keep, false, wrong);
        names("--drop-capabilities", drop, true, wrong);
        return wrong;
    }

    private static void paths(String option, List<String> paths, List<String> wrong) {
        for (String path : paths) {
            if (!path.startsWith("/") || List.of(path.split("/", -1)).contains("..")) {
                wrong.add(option + " " + path + ": a path is absolute, without ..");
            }
        }
    }

    private static void names(String option, @Nullable List<String> names, boolean allToo, List<String> wrong) {
        for (String name : names == null ? List.<String>of() : names) {
            String upper = name.toUpperCase(Locale.ROOT);
            if (Capability.named(upper).isEmpty() && !(allToo && upper.equals(ALL))) {
                wrong.add(option + " " + name + ": there is no such capability");
            }
        }
    }

    /** Null when nothing is asked for. */
    @Nullable
    SandboxSpec spec() {
        var spec = new SandboxSpec(
                noNewPrivileges,
                protectSystem,
                protectHome,
                privateTmp,
                normal(readWrite),
                normal(readOnly),
                privateNetwork,
                hostname,
                keep == null && drop == null
                        ? null
                        : new SandboxSpec.CapabilitiesSpec(
                                keep == null ? null : bare(keep), drop == null ? null : bare(drop)));
        var nothing = new SandboxSpec(false, null, false, false, List.of(), List.of(), false, null, null);
        return spec.equals(nothing) ? null : spec;
    }

    private static List<String> normal(List<String> paths) {
        return paths.stream()
                .map(p -> Path.of(p).normalize().toString())
                .distinct()
                .toList();
    }

    private static SortedSet<String> bare(List<String> names) {
        var bare = new TreeSet<String>();
        for (String name : names) {
            String upper = name.toUpperCase(Locale.ROOT);
            if (upper.equals(ALL)) {
                bare.addAll(Capability.names());
            } else {
                bare.add(Capability.named(upper).orElseThrow().name());
            }
        }
        return bare;
    }
}
