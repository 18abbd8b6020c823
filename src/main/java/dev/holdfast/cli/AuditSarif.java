package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Findings as SARIF 2.1.0 (OASIS Standard, 27 March 2020). */
final class AuditSarif {
    private static final String SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

    private AuditSarif() {}

    static String of(List<Finding> findings) {
        var rules = new LinkedHashMap<String, Map<String, Object>>();
        for (Finding f : findings) {
            rules.computeIfAbsent(
                    f.rule(),
                    id -> Map.of(
                            "id", id,
                            "shortDescription", text(id.replace('-', ' ')),
                            "fullDescription", text(f.why()),
                            "defaultConfiguration", Map.of("level", level(f.grade()))));
        }
        List<String> order = List.copyOf(rules.keySet());
        Map<String, Object> driver = Map.of(
                "name", "holdfast audit", "semanticVersion", Holdfast.VERSION, "rules", List.copyOf(rules.values()));
        Map<String, Object> run = Map.of(
                "tool", Map.of("driver", driver),
                "columnKind", "utf16CodeUnits",
                "results",
                        findings.stream()
                                .map(f -> result(f, order.indexOf(f.rule())))
                                .toList());
        var sarif = new LinkedHashMap<String, Object>();
        sarif.put("$schema", SCHEMA);
        sarif.put("version", "2.1.0");
        sarif.put("runs", List.of(run));
        return Client.write(sarif);
    }

    private static Map<String, Object> result(Finding f, int rule) {
        var result = new LinkedHashMap<String, Object>();
        result.put("ruleId", f.rule());
        result.put("ruleIndex", rule);
        result.put("level", level(f.grade()));
        var words = new ArrayList<>(List.of(f.what() + "."));
        words.addAll(f.evidence());
        words.add(f.why());
        words.add("Fix: " + f.fix().what());
        result.put("message", text(String.join("\n", words)));
        result.put(
                "partialFingerprints",
                Map.of("finding/v1", AuditBaseline.line(f).replace('\t', ' ')));
        if (!f.sites().isEmpty()) {
            result.put("locations", List.of(location(f.sites().getFirst())));
        }
        if (f.sites().size() > 1) {
            result.put(
                    "relatedLocations",
                    f.sites().stream().skip(1).map(AuditSarif::location).toList());
        }
        // A viewer writes what it is given: better no fix than one with a masked password.
        boolean bare =
                f.fix().edits().stream().flatMap(e -> e.after().stream()).allMatch(l -> l.equals(Notes.masked(l)));
        if (bare && !f.fix().edits().isEmpty()) {
            var changes = new ArrayList<Map<String, Object>>();
            for (Edit e : f.fix().edits()) {
                changes.add(Map.of("artifactLocation", artifact(e.file()), "replacements", List.of(replacement(e))));
            }
            result.put("fixes", List.of(Map.of("description", text(f.fix().what()), "artifactChanges", changes)));
        }
        return result;
    }

    private static Map<String, Object> replacement(Edit e) {
        String after = e.after().isEmpty() ? "" : String.join("\n", e.after()) + "\n";
        // Whole lines: from the beginning of the first one to that of the one after the last.
        Map<String, Object> gone = Map.of(
                "startLine",
                e.line(),
                "startColumn",
                1,
                "endLine",
                e.line() + e.before().size(),
                "endColumn",
                1);
        return Map.of("deletedRegion", gone, "insertedContent", Map.of("text", after));
    }

    private static Map<String, Object> location(Site s) {
        var physical = new LinkedHashMap<String, Object>();
        physical.put("artifactLocation", artifact(s.file()));
        if (s.line() > 0) {
            physical.put("region", Map.of("startLine", s.line()));
        }
        return Map.of("physicalLocation", physical);
    }

    private static Map<String, Object> artifact(String file) {
        try {
            return Map.of(
                    "uri",
                    file.startsWith("/")
                            ? new URI("file", "", file, null).toString()
                            : new URI(null, null, file, null).toString());
        } catch (URISyntaxException e) {
            return Map.of("uri", "file:///");
        }
    }

    private static Map<String, Object> text(String text) {
        return Map.of("text", text);
    }

    private static String level(Grade grade) {
        return switch (grade) {
            case NOTE -> "note";
            case WARNING -> "warning";
            case CRITICAL -> "error";
        };
    }
}
