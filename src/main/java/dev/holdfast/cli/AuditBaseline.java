package dev.holdfast.cli;

import dev.holdfast.audit.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
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

    /**
     * In one step. Of programs that were not audited what the file accepts stays.
     *
     * @param programs that were audited; empty: all
     */
    static void write(Path file, List<Finding> findings, Set<String> programs) throws IOException {
        boolean there = Files.isRegularFile(file);
        Stream<String> others = programs.isEmpty() || !there
                ? Stream.of()
                : read(file).accepted.stream().filter(l -> !concerns(l, programs));
        Stream<String> lines = Stream.concat(others, findings.stream().map(AuditBaseline::line))
                .distinct()
                .sorted();
        String text = Stream.concat(Stream.of(HEAD), lines).collect(Collectors.joining("\n")) + "\n";
        if (Files.exists(file) && !there) {
            Files.writeString(file, text); // such as /dev/stdout
            return;
        }
        Path real = there ? file.toRealPath() : file.toAbsolutePath();
        Path fresh = real.resolveSibling("." + real.getFileName() + "." + UUID.randomUUID());
        try {
            Files.writeString(fresh, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (there) {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(real));
            }
            Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Whether a line is of one of these; rules begin with their program. */
    private static boolean concerns(String line, Set<String> programs) {
        String[] fields = line.split("\t", -1);
        return programs.isEmpty()
                || programs.stream()
                        .anyMatch(p -> fields[0].startsWith(p + "-")
                                || (fields[0].equals("audit-failed") && fields[2].equals(p)));
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

    /**
     * Accepted ones that are gone: they can be taken out.
     *
     * @param programs that were audited; empty: all
     */
    List<String> stale(List<Finding> all, Set<String> programs) {
        var left = new ArrayList<>(
                accepted.stream().filter(l -> concerns(l, programs)).toList());
        all.forEach(f -> left.remove(line(f)));
        return left;
    }
}
