package dev.holdfast.cli;

import dev.holdfast.audit.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Findings that somebody has accepted: a line each, rule, file and subject with tabs between; the line number does not count.
 * Plain text, so that it can be reviewed and commented.
 */
public record AuditBaseline(Set<String> accepted) {
    private static final String HEAD =
            "# Findings of holdfast audit that are accepted: rule, file, subject; tabs between.";
    private static final long LARGEST = 8 << 20;

    /** Nothing is accepted. */
    public static final AuditBaseline NONE = new AuditBaseline(Set.of());

    /** @throws IOException when it cannot be read, or has a line that is none */
    public static AuditBaseline read(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IOException(file + ": larger than 8 MiB: that is no baseline");
        }
        var accepted = new LinkedHashSet<String>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.split("\t", -1).length != 3) {
                throw new IOException(file + ":" + (i + 1) + ": a line is rule, file and subject, with tabs between");
            }
            accepted.add(line);
        }
        return new AuditBaseline(accepted);
    }

    static void write(Path file, List<Finding> findings) throws IOException {
        List<String> lines = Stream.concat(
                        Stream.of(HEAD),
                        findings.stream().map(AuditBaseline::line).distinct().sorted())
                .toList();
        Files.writeString(file, String.join("\n", lines) + "\n", StandardCharsets.UTF_8);
    }

    static String line(Finding f) {
        String file = f.sites().isEmpty() ? "" : f.sites().getFirst().file();
        return String.join("\t", f.rule(), flat(file), flat(f.subject()));
    }

    private static String flat(String text) {
        return text.replaceAll("[\\t\\r\\n]", " ");
    }

    /** Those that are not accepted. */
    public List<Finding> rest(List<Finding> all) {
        return all.stream().filter(f -> !accepted.contains(line(f))).toList();
    }

    /** Accepted ones that are gone: they can be taken out. */
    List<String> stale(List<Finding> all) {
        var left = new ArrayList<>(accepted);
        all.forEach(f -> left.remove(line(f)));
        return left;
    }
}
