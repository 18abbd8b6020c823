package dev.holdfast.audit.kernel;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.note.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Settings that decide how a host dies. */
public final class KernelAudit implements Auditor {
    static final Rule UNREADABLE =
            new Rule("kernel-unreadable", Grade.WARNING, "a file of sysctl.d that is broken or unreadable");
    static final Rule NO_SWAP = new Rule("kernel-no-swap", Grade.NOTE, "no swap space");
    static final Rule SWAPPINESS =
            new Rule("kernel-swappiness", Grade.WARNING, "vm.swappiness 0 or above 100, where there is swap");
    static final Rule OVERCOMMIT =
            new Rule("kernel-overcommit", Grade.WARNING, "vm.overcommit_memory 2 with a commit limit below the memory");
    static final Rule PIDS =
            new Rule("kernel-pid-max", Grade.WARNING, "kernel.pid_max below 32768, or nearly as many processes");
    static final Rule FILES = new Rule("kernel-file-max", Grade.WARNING, "fs.file-max below 65536");
    static final Rule CONFLICT = new Rule(
            "kernel-conflict", Grade.WARNING, "one setting of /etc or /run that a file read later sets otherwise");
    static final Rule LIVE =
            new Rule("kernel-live", Grade.WARNING, "a value in force that is not the one in the files");

    /** Those that are compared with what is in force: others may be set per interface or by modules not loaded yet. */
    private static final List<String> WATCHED = List.of(
            "vm.swappiness",
            "vm.overcommit_memory",
            "vm.overcommit_ratio",
            "kernel.pid_max",
            "fs.file-max",
            "vm.max_map_count",
            "net.core.somaxconn",
            "vm.panic_on_oom");

    private static final int FEWEST_PIDS = 32_768;
    private static final int FEWEST_FILES = 65_536;

    public static List<Rule> rules() {
        return List.of(UNREADABLE, NO_SWAP, SWAPPINESS, OVERCOMMIT, PIDS, FILES, CONFLICT, LIVE);
    }

    @Override
    public String program() {
        return "kernel";
    }

    @Override
    public Verdict audit(Grounds host) {
        var notes = new Notes(host, UNREADABLE);
        var files = SysctlFiles.read(notes);
        conflicts(host, notes, files);
        swap(host, notes, files);
        commit(host, notes, files);
        small(host, notes, files);
        return notes.verdict();
    }

    private static void conflicts(Grounds host, Notes notes, Map<String, List<SysctlFiles.Set>> files) {
        files.forEach((name, all) -> {
            var winner = all.getLast();
            var losers = all.stream()
                    .filter(s -> !s.value().equals(winner.value()) && !ofVendor(s))
                    .toList();
            if (!losers.isEmpty()) {
                notes.add(conflict(notes, name, all, losers));
            }
            String live = WATCHED.contains(name) ? host.sysctl(name).strip() : "";
            if (!live.isEmpty() && !live.equals(winner.value())) {
                notes.add(LIVE.finding(
                        List.of(winner.site()),
                        name,
                        name + " is " + Notes.shown(live) + " now, where " + winner.site() + " says "
                                + Notes.shown(winner.value()),
                        List.of("in force: " + Notes.shown(live), "configured: " + Notes.shown(winner.value())),
                        "Somebody has set it by hand, or the file was never loaded; the next start of the host changes it.",
                        Fix.byHand("sysctl --system, or mend the file")));
            }
        });
    }

    /** What packages bring is there to be overridden. */
    private static boolean ofVendor(SysctlFiles.Set set) {
        return set.site().file().startsWith("/usr/lib/") || set.site().file().startsWith("/lib/");
    }

    private static Finding conflict(Notes notes, String name, List<SysctlFiles.Set> all, List<SysctlFiles.Set> losers) {
        var winner = all.getLast();
        var sites = new ArrayList<Site>();
        var edits = new ArrayList<Edit>();
        for (var loser : losers) {
            sites.add(loser.site());
            String note = "# overridden in " + winner.site() + ": " + name + " = " + Notes.shown(loser.value());
            edits.addAll(notes.replace("", loser.site(), List.of(), note).edits());
        }
        sites.add(winner.site());
        return CONFLICT.finding(
                sites,
                name,
                name + " is set " + all.size() + " times: " + Notes.shown(winner.value()) + " of " + winner.site()
                        + " wins, " + Notes.shown(losers.getLast().value()) + " of "
                        + losers.getLast().site() + " has no effect",
                all.stream()
                        .map(s -> s.site() + " " + name + " = " + Notes.shown(s.value())
                                + (s.equals(winner) ? ": read last, wins" : ""))
                        .toList(),
                "Whoever edits the losing file changes nothing.",
                new Fix("comment out what loses, or change the winner", edits, List.of()));
    }

    private static List<Site> where(Map<String, List<SysctlFiles.Set>> files, String name) {
        var set = files.get(name);
        return set == null ? List.of() : List.of(set.getLast().site());
    }

    private static Fix set(Notes notes, Map<String, List<SysctlFiles.Set>> files, String name, String value) {
        String line = name + " = " + value;
        var where = where(files, name);
        return where.isEmpty()
                ? Fix.byHand("set " + line + " in /etc/sysctl.d/")
                : notes.replace("set " + line, where.getFirst(), List.of(), line);
    }

    private static void swap(Grounds host, Notes notes, Map<String, List<SysctlFiles.Set>> files) {
        if (host.swap() == 0 && host.memory() > 0) {
            notes.add(NO_SWAP.finding(
                    List.of(),
                    "swap",
                    "the host has " + Notes.size(host.memory()) + " of memory and no swap",
                    List.of(),
                    "What is not in use cannot leave the memory: the step from tight to dead has no warning between.",
                    Fix.byHand("add a swap file of 1 to 4 GiB, or zram")));
        }
        long swappiness = number(host.sysctl("vm.swappiness"));
        if (host.swap() > 0 && (swappiness == 0 || swappiness > 100)) {
            notes.add(SWAPPINESS.finding(
                    where(files, "vm.swappiness"),
                    "vm.swappiness",
                    "vm.swappiness is " + swappiness + ", with " + Notes.size(host.swap()) + " of swap",
                    List.of("usual: 60; servers with databases: 1 to 10"),
                    swappiness == 0
                            ? "The kernel swaps only when it is nearly out of memory, and kills about then too."
                            : "The kernel rather swaps programs out than drop files it can read again.",
                    set(notes, files, "vm.swappiness", swappiness == 0 ? "1" : "60")));
        }
    }

    private static void commit(Grounds host, Notes notes, Map<String, List<SysctlFiles.Set>> files) {
        if (!host.sysctl("vm.overcommit_memory").equals("2") || host.memory() <= 0) {
            return;
        }
        long ratio = number(host.sysctl("vm.overcommit_ratio"));
        long bytes = number(host.sysctl("vm.overcommit_kbytes"));
        if (ratio < 0 && bytes <= 0) {
            return;
        }
        long swap = Math.max(0, host.swap());
        long limit = Notes.plus(swap, bytes > 0 ? Notes.times(bytes, 1024) : Notes.times(host.memory() / 100, ratio));
        if (limit < host.memory()) {
            notes.add(OVERCOMMIT.finding(
                    where(files, "vm.overcommit_memory"),
                    "vm.overcommit_memory",
                    "vm.overcommit_memory is 2: programs get " + Notes.size(limit) + " in all, of "
                            + Notes.size(host.memory()) + " that are there",
                    List.of("swap " + Notes.size(swap) + " + "
                            + (bytes > 0 ? bytes + " KiB" : ratio + " % of " + Notes.size(host.memory()))
                            + " = " + Notes.size(limit)),
                    "Programs are refused memory, and forks fail, while much is free.",
                    set(notes, files, "vm.overcommit_memory", "0")));
        }
    }

    private static void small(Grounds host, Notes notes, Map<String, List<SysctlFiles.Set>> files) {
        long pids = number(host.sysctl("kernel.pid_max"));
        int now = host.running().size();
        if (pids > 0 && (pids < FEWEST_PIDS || now > pids / 10 * 8)) {
            notes.add(PIDS.finding(
                    where(files, "kernel.pid_max"),
                    "kernel.pid_max",
                    "kernel.pid_max is " + pids + ", and " + now + " processes run",
                    List.of("threads count too; usual: 4194304"),
                    "When the numbers are used up nothing can be started, not even a shell to look.",
                    set(notes, files, "kernel.pid_max", "4194304")));
        }
        long open = number(host.sysctl("fs.file-max"));
        if (open > 0 && open < FEWEST_FILES) {
            notes.add(FILES.finding(
                    where(files, "fs.file-max"),
                    "fs.file-max",
                    "fs.file-max is " + open + ": so many files and sockets in the whole host",
                    List.of("the kernel's own choice is about one per 10 KiB of memory"),
                    "Every program gets \"Too many open files in system\" at once.",
                    set(notes, files, "fs.file-max", "1048576")));
        }
    }

    /** -1: unknown. */
    private static long number(String text) {
        String bare = text.strip();
        boolean digits = !bare.isEmpty() && bare.chars().allMatch(c -> c >= '0' && c <= '9');
        // The kernel's own default of fs.file-max has 19 digits.
        return !digits ? -1 : bare.length() > 18 ? Long.MAX_VALUE : Long.parseLong(bare);
    }
}
