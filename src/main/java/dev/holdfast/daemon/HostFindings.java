package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.config.Directories;
import dev.holdfast.linux.CgroupHome;
import dev.holdfast.linux.sandbox.SandboxAbility;
import dev.holdfast.loop.LoopLag;
import dev.holdfast.process.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What this host lets the daemon promise, and what it does not. */
final class HostFindings {
    private static final String OK = "ok";
    private static final String WEAKER = "weaker";
    private static final int MOST_NAMED = 10;

    private final List<Doctor.Finding> findings = new ArrayList<>();

    private HostFindings() {}

    /** What stays as it is while the daemon runs. */
    static List<Doctor.Finding> of(Path proc, int uid, int pid) {
        var f = new HostFindings();
        f.kernel();
        f.add(
                uid == 0,
                "root",
                "runs as root: users, priorities and limits of any kind can be given",
                "runs as uid " + uid + ": user, group, negative nice and raised rlimits are refused");
        f.add(
                Files.exists(proc.resolve("pressure/memory")),
                "pressure (PSI)",
                "the kernel tells of pressure",
                "no /proc/pressure: thresholds on pressure cannot be watched");
        f.findings.add(new Doctor.Finding(
                OK,
                "orphans",
                pid == 1
                        ? "is PID 1: reaps every orphan of this namespace"
                        : "is subreaper: orphans of its children stay its own"));
        f.findings.add(SandboxFinding.of(SandboxAbility.tried()));
        return List.copyOf(f.findings);
    }

    /** How much room there is now. */
    static List<Doctor.Finding> space(Directories dirs) {
        var f = new HostFindings();
        f.space("run directory", dirs.run());
        f.space("state directory", dirs.state());
        f.space("log directory", dirs.log());
        return List.copyOf(f.findings);
    }

    /** What can be told where no daemon runs yet; directories that are not there are no fault then. */
    static List<Doctor.Finding> before(Directories dirs, int uid) {
        var f = new HostFindings();
        f.findings.addAll(of(Daemon.PROC, uid, 0));
        CgroupHome sight = Enforcement.sight(System.getenv());
        f.findings.add(Enforcement.finding(sight));
        if (!Enforcement.counting(sight)) {
            f.findings.add(Enforcement.attribution());
        }
        f.future("run directory", dirs.run());
        f.future("state directory", dirs.state());
        f.future("log directory", dirs.log());
        leftBehind(new RunFiles(dirs.run(), Daemon.PROC).running()).ifPresent(f.findings::add);
        return List.copyOf(f.findings);
    }

    /** @param running while no daemon does */
    static Optional<Doctor.Finding> leftBehind(List<RunFiles.Running> running) {
        if (running.isEmpty()) {
            return Optional.empty();
        }
        String names = running.stream()
                .limit(MOST_NAMED)
                .map(r -> r.label() + " (pid " + r.leader().pid() + ")")
                .collect(Collectors.joining(", "));
        int others = running.size() - MOST_NAMED;
        return Optional.of(weaker(
                Doctor.LEFT_BEHIND,
                "a daemon that was killed has left " + names + (others > 0 ? " and " + others + " more" : "")
                        + ": holdfast up FILE adopts them, and holdfast down ends them then"));
    }

    private void future(String what, Path dir) {
        Path there = dir.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        if (there.equals(dir.toAbsolutePath())) {
            space(what, dir);
        } else if (!Files.isDirectory(there) || !Files.isWritable(there)) {
            String why = Files.isDirectory(there) ? " may not be written by this user" : " is no directory";
            findings.add(broken(what, dir + ": does not exist and cannot be made: " + there + why));
        } else {
            findings.add(new Doctor.Finding(OK, what, dir + ": does not exist yet; holdfast up makes it"));
        }
    }

    /** How long what is due waits for the loop. */
    static Doctor.Finding loop(LoopLag lag) {
        return ok(
                "loop",
                String.format(
                        Locale.ROOT,
                        "99%% of its turns took at most %.1f ms, the longest %d ms",
                        lag.quantile(0.99).toNanos() / 1e6,
                        lag.most().toMillis()));
    }

    static Doctor.Finding ok(String what, String detail) {
        return new Doctor.Finding(OK, what, detail);
    }

    static Doctor.Finding weaker(String what, String detail) {
        return new Doctor.Finding(WEAKER, what, detail);
    }

    static Doctor.Finding broken(String what, String detail) {
        return new Doctor.Finding("broken", what, detail);
    }

    /** The weaker ones, as sentences. */
    static List<String> degraded(List<Doctor.Finding> findings) {
        return findings.stream()
                .filter(f -> !f.level().equals(OK))
                .map(f -> f.what() + ": " + f.detail())
                .toList();
    }

    private void kernel() {
        String release = System.getProperty("os.version", "0.0");
        String[] parts = release.split("[.-]", -1);
        int version = parts.length < 2 ? 0 : number(parts[0]) * 1000 + number(parts[1]);
        add(
                version >= 6015,
                "kernel " + release,
                "tells how an adopted process ended (PIDFD_GET_INFO)",
                "before 6.15: how a process ended that an earlier daemon started cannot be told");
    }

    private static int number(String text) {
        return text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
    }

    private void space(String what, Path dir) {
        try {
            if (Files.exists(dir) && !Files.isDirectory(dir)) {
                findings.add(broken(what, dir + ": is no directory"));
                return;
            }
            if (isReadOnly(dir)) {
                findings.add(broken(what, dir + ": is on a file system that is mounted read-only"));
                return;
            }
            if (!Files.isWritable(dir)) {
                findings.add(broken(what, dir + ": may not be written by this user"));
                return;
            }
            long free = dir.toFile().getUsableSpace();
            add(
                    free > 64L << 20,
                    what,
                    dir + ": " + (free >> 20) + " MiB free",
                    dir + ": only " + (free >> 20) + " MiB free; records and output may get lost");
        } catch (IOException e) {
            findings.add(new Doctor.Finding("broken", what, dir + ": " + e.getMessage()));
        }
    }

    private static boolean isReadOnly(Path dir) throws IOException {
        try {
            return Files.getFileStore(dir).isReadOnly();
        } catch (IOException e) {
            if (!Files.exists(dir)) {
                throw e;
            }
            return false; // chroot(2) to a plain directory: no mount point is on the way to it
        }
    }

    private void add(boolean good, String what, String whenGood, String whenNot) {
        findings.add(new Doctor.Finding(good ? OK : WEAKER, what, good ? whenGood : whenNot));
    }
}
