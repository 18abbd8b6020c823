package dev.holdfast.audit.systemd;

import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.note.Rule;
import dev.holdfast.audit.systemd.Unit.Assignment;
import dev.holdfast.unit.Human;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges one service. */
final class Service {
    private static final long SHORT = 2_000;

    /** Keys with one value: the last one counts. */
    private static final Set<String> SINGLE = Set.of(
            "MemoryMax",
            "MemoryHigh",
            "MemoryLow",
            "MemoryMin",
            "MemorySwapMax",
            "MemoryLimit",
            "CPUQuota",
            "CPUWeight",
            "TasksMax",
            "IOWeight",
            "Restart",
            "RestartSec",
            "StartLimitBurst",
            "StartLimitIntervalSec",
            "StartLimitInterval",
            "StartLimitAction",
            "TimeoutStartSec",
            "TimeoutStopSec",
            "TimeoutSec",
            "WatchdogSec",
            "User",
            "Group",
            "Type",
            "LimitNOFILE",
            "LimitNPROC",
            "LimitCORE",
            "KillMode",
            "KillSignal",
            "OOMScoreAdjust",
            "OOMPolicy",
            "Nice",
            "WorkingDirectory",
            "Slice",
            "Delegate");

    private final Grounds host;
    private final Notes notes;
    private final Unit unit;
    private final boolean ours;
    private final Map<Rule, List<String>> ofPackages;

    Service(Grounds host, Notes notes, Unit unit, boolean ours, Map<Rule, List<String>> ofPackages) {
        this.host = host;
        this.notes = notes;
        this.unit = unit;
        this.ours = ours;
        this.ofPackages = ofPackages;
    }

    void judge() {
        memory();
        restart();
        sections();
        conflicts();
        starts();
    }

    private Fix dropIn(String what, String section, String... lines) {
        return Fix.byHand(
                "systemctl edit " + unit.name + ", [" + section + "] " + String.join(", ", lines) + ": " + what);
    }

    private void memory() {
        Assignment max = unit.last("Service.MemoryMax", "Service.MemoryLimit");
        Assignment high = unit.last("Service.MemoryHigh");
        long most = bytes(max);
        long slow = bytes(high);
        String slice = unit.value("system.slice", "Service.Slice");
        if (most == Long.MAX_VALUE && slow == Long.MAX_VALUE && !limited(slice)) {
            found(
                    Rules.MEMORY,
                    List.of(max == null ? new Site(unit.file, 0) : max.site()),
                    unit.name + " has no MemoryMax and no MemoryHigh",
                    List.of(
                            "read: " + unit.file
                                    + (unit.dropIns.isEmpty() ? "" : ", " + String.join(", ", unit.dropIns)),
                            "memory of the host: " + (host.memory() > 0 ? Notes.size(host.memory()) : "unknown")),
                    "A leak in it takes the whole host: the kernel then chooses whom it kills.",
                    dropIn("or let holdfast protect write it", "Service", "MemoryMax="));
            if (ours) { // of packages it is told together, as notes
                notes.claim(new Claim(
                        "systemd unit " + unit.name,
                        Long.MAX_VALUE,
                        0,
                        null,
                        "no MemoryMax",
                        List.of(max == null ? new Site(unit.file, 0) : max.site())));
            }
        }
        if (max != null && most >= 0 && most < Long.MAX_VALUE) {
            notes.claim(new Claim(
                    "systemd unit " + unit.name,
                    most,
                    Math.min(most, slow < 0 ? most : slow),
                    null,
                    "MemoryMax=" + Notes.shown(max.value()),
                    List.of(max.site())));
            if (host.memory() > 0 && most >= host.memory()) {
                notes.add(Rules.ABOVE.finding(
                        List.of(max.site()),
                        unit.name,
                        unit.name + " may take " + Notes.size(most) + " of the host's " + Notes.size(host.memory()),
                        List.of("MemoryMax=" + Notes.shown(max.value()) + " in " + max.site()),
                        "The host is out of memory before the limit is reached: it limits nothing.",
                        Fix.byHand("set MemoryMax below what the host can spare")));
            }
            if (high != null && slow >= most && slow < Long.MAX_VALUE) {
                notes.add(Rules.HIGH.finding(
                        List.of(high.site(), max.site()),
                        unit.name,
                        unit.name + ": MemoryHigh " + Notes.size(slow) + " is not below MemoryMax " + Notes.size(most),
                        List.of("MemoryHigh in " + high.site(), "MemoryMax in " + max.site()),
                        "It is killed without having been slowed first.",
                        Fix.byHand("set MemoryHigh to 80 or 90 % of MemoryMax")));
            }
        }
    }

    private long bytes(@Nullable Assignment a) {
        if (a == null) {
            return Long.MAX_VALUE;
        }
        long bytes = Amounts.bytes(a.value(), host.memory());
        if (bytes < 0 && !a.value().endsWith("%")) {
            notes.broken(a.site(), "sets a limit to what is no size; systemd leaves it out", a.value());
            return Long.MAX_VALUE;
        }
        return bytes;
    }

    /** By the slice, or one of those that it is in: {@code a-b.slice} is in {@code a.slice}. */
    private boolean limited(String slice) {
        String stem = slice.endsWith(".slice") && !slice.contains("/") ? slice.substring(0, slice.length() - 6) : "";
        while (!stem.isEmpty()) {
            Unit of = Unit.read(notes, stem + ".slice");
            if (of != null && (finite(of.last("Slice.MemoryMax")) || finite(of.last("Slice.MemoryHigh")))) {
                return true;
            }
            stem = stem.substring(0, Math.max(0, stem.lastIndexOf('-')));
        }
        return false;
    }

    private boolean finite(@Nullable Assignment a) {
        return a != null && Amounts.bytes(a.value(), host.memory()) < Long.MAX_VALUE;
    }

    private void restart() {
        Assignment restart = unit.last("Service.Restart");
        String type = unit.value("simple", "Service.Type");
        if (type.equals("oneshot")) {
            return;
        }
        if (restart == null || restart.value().equals("no")) {
            found(
                    Rules.RESTART,
                    List.of(restart == null ? new Site(unit.file, 0) : restart.site()),
                    unit.name + " is not started again when it dies (Restart=no)",
                    List.of(restart == null ? "Restart is not set: no" : "Restart=no in " + restart.site()),
                    "After a crash, or when the kernel has killed it, it is gone until somebody looks.",
                    dropIn("start it again", "Service", "Restart=on-failure", "RestartSec=5"));
            return;
        }
        Assignment interval =
                unit.last("Unit.StartLimitIntervalSec", "Unit.StartLimitInterval", "Service.StartLimitInterval");
        Assignment burst = unit.last("Unit.StartLimitBurst", "Service.StartLimitBurst");
        Assignment pause = unit.last("Service.RestartSec");
        long within = millis(interval, 10_000);
        long starts = number(burst, 5);
        long each = millis(pause, 100);
        long spent = Notes.times(each, starts);
        if (within <= 0 || starts <= 0 || within == Long.MAX_VALUE) {
            return; // no limit, or one for ever: both are meant
        }
        var evidence = List.of(
                "RestartSec " + time(each) + " × StartLimitBurst " + starts + " = " + time(spent),
                "StartLimitIntervalSec " + time(within));
        if (spent >= within) {
            found(
                    Rules.NEVER,
                    sites(pause, burst, interval),
                    unit.name + ": " + starts + " restarts take " + time(spent) + ", and the limit counts those within "
                            + time(within),
                    evidence,
                    "The limit never trips: what cannot start is started for ever, and OnFailure never tells anybody.",
                    dropIn(
                            "count longer than the restarts take",
                            "Unit",
                            "StartLimitIntervalSec=" + Math.max(60, Notes.times(spent, 2) / 1000)));
        } else if (spent < SHORT) {
            found(
                    Rules.AT_ONCE,
                    List.of(sites(pause, burst, interval).getFirst()),
                    unit.name + " stays down after " + time(spent) + " of failing: " + starts + " starts, " + time(each)
                            + " apart",
                    evidence,
                    "A database that restarts, or a full disk for a moment, ends it for good.",
                    dropIn("wait between restarts", "Service", "RestartSec=5"));
        }
    }

    private long millis(@Nullable Assignment a, long preset) {
        long millis = a == null ? preset : Amounts.millis(a.value());
        if (millis < 0 && a != null) {
            notes.broken(a.site(), "sets " + a.key() + " to what is no time; systemd leaves it out", a.value());
            return preset;
        }
        return millis;
    }

    private long number(@Nullable Assignment a, long preset) {
        return a == null || !a.value().matches("\\d{1,9}") ? preset : Long.parseLong(a.value());
    }

    private static String time(long millis) {
        return millis == Long.MAX_VALUE ? "infinity" : millis < 10_000 ? millis + " ms" : Human.time(millis / 1000);
    }

    private List<Site> sites(@Nullable Assignment... assignments) {
        var sites = new ArrayList<Site>();
        for (Assignment a : assignments) {
            if (a != null) {
                sites.add(a.site());
            }
        }
        if (sites.isEmpty()) {
            sites.add(new Site(unit.file, 0));
        }
        return sites;
    }

    private void sections() {
        for (Assignment a : unit.assignments()) {
            String key = a.key().substring(a.key().indexOf('.') + 1);
            String section = a.key().substring(0, a.key().length() - key.length() - 1);
            boolean limit = key.startsWith("Memory") || key.equals("Restart") || key.equals("RestartSec");
            boolean wrong = (section.equals("Unit") && limit && SINGLE.contains(key))
                    || (section.equals("Service") && key.equals("StartLimitIntervalSec"))
                    || (section.equals("Install") && SINGLE.contains(key));
            if (wrong) {
                String right = key.startsWith("StartLimit") ? "[Unit]" : "[Service]";
                notes.add(Rules.SECTION.finding(
                        List.of(a.site()),
                        unit.name + " " + key,
                        unit.name + ": " + key + "=" + Notes.shown(a.value()) + " stands in [" + section
                                + "], and counts only in " + right,
                        List.of(a.site() + " [" + section + "] " + key + "=" + Notes.shown(a.value())),
                        "systemd leaves it out; what it is meant to set is as if it were not there.",
                        Fix.byHand("move it to " + right)));
            }
        }
    }

    private void conflicts() {
        unit.inDropIns().forEach((key, all) -> {
            Assignment winner = all.getLast();
            // What packages bring is there to be overridden; an empty one is written to take back others.
            List<Site> losers = all.reversed().stream()
                    .filter(a -> !a.value().equals(winner.value()) && !a.value().isEmpty())
                    .map(Assignment::site)
                    .filter(site -> unit.specific(site.file()))
                    .toList();
            if (losers.isEmpty() || !SINGLE.contains(key.substring(key.indexOf('.') + 1))) {
                return;
            }
            notes.add(Rules.CONFLICT.finding(
                    losers,
                    unit.name + " " + key,
                    unit.name + ": drop-ins set " + key + " " + all.size() + " times; " + shown(winner) + " of "
                            + winner.site() + " wins",
                    all.stream()
                            .map(a -> a.site() + " " + key + "=" + shown(a)
                                    + (a.equals(winner) ? ": read last, wins" : ""))
                            .toList(),
                    "Whoever edits the losing file changes nothing.",
                    Fix.byHand("keep one of them")));
        });
    }

    private static String shown(Assignment a) {
        return a.value().isEmpty() ? "(back to the default)" : Notes.shown(a.value());
    }

    private void starts() {
        var starts = unit.list("Service.ExecStart");
        if (starts.size() > 1 && !unit.value("simple", "Service.Type").equals("oneshot")) {
            notes.add(Rules.TWICE.finding(
                    starts.reversed().stream().map(Assignment::site).toList(),
                    unit.name,
                    unit.name + " has " + starts.size() + " ExecStart, and takes one unless it is a oneshot",
                    starts.stream()
                            .map(a -> a.site() + " " + Notes.shown(a.value()))
                            .toList(),
                    "systemd refuses the unit: it does not start again.",
                    notes.insertBefore(
                            "take back the earlier ones first, by an empty ExecStart=",
                            starts.getLast().site(),
                            Rules.check(unit.file),
                            "ExecStart=")));
        }
    }

    private void found(Rule rule, List<Site> sites, String what, List<String> evidence, String why, Fix fix) {
        if (ours) {
            notes.add(rule.finding(sites, unit.name, what, evidence, why, fix));
        } else {
            ofPackages.computeIfAbsent(rule, _ -> new ArrayList<>()).add(unit.name);
        }
    }
}
