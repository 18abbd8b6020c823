package dev.holdfast.audit.systemd;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.note.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** systemd's services: those told, else those enabled. */
public final class SystemdAudit implements Auditor {
    public static List<Rule> rules() {
        return Rules.ALL;
    }

    @Override
    public String program() {
        return "systemd";
    }

    @Override
    public Verdict audit(Grounds host) {
        var notes = new Notes(host, Rules.UNREADABLE);
        String told = host.told().getOrDefault("systemd.units", "");
        Map<Rule, List<String>> ofPackages = new LinkedHashMap<>();
        for (String name : told.isEmpty() ? enabled(notes) : named(told)) {
            Unit unit = Unit.read(notes, name);
            if (unit == null) {
                if (!told.isEmpty()) {
                    missing(notes, name);
                }
                continue;
            }
            new Service(host, notes, unit, !told.isEmpty() || unit.own(), ofPackages).judge();
        }
        ofPackages.forEach((rule, units) -> notes.add(rule.finding(
                Grade.NOTE,
                List.of(),
                "packages",
                units.size() + " enabled services as their packages made them: " + rule.about(),
                units,
                "Each of them can do what the rule is about; most never will.",
                Fix.byHand("name those that matter in systemd.units of the audit, and limit them by drop-ins"))));
        return notes.verdict();
    }

    private static Set<String> enabled(Notes notes) {
        var names = new LinkedHashSet<String>();
        for (String kind : List.of("wants", "requires")) {
            for (String link : notes.glob("/etc/systemd/system/*." + kind + "/*.service")) {
                names.add(link.substring(link.lastIndexOf('/') + 1));
            }
        }
        return names;
    }

    private static List<String> named(String told) {
        var names = new ArrayList<String>();
        for (String name : told.split(",", -1)) {
            String bare = name.strip();
            if (!bare.isEmpty()) {
                names.add(bare.contains(".") ? bare : bare + ".service");
            }
        }
        return names;
    }

    private static void missing(Notes notes, String name) {
        notes.add(Rules.MISSING.finding(
                List.of(),
                Notes.shown(name),
                "there is no unit " + Notes.shown(name),
                List.of("looked in /etc, /run, /usr/local/lib, /usr/lib"),
                "What is meant to be watched is not judged.",
                Fix.byHand("mend the name in systemd.units of the audit")));
    }
}
