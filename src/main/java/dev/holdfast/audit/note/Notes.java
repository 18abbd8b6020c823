package dev.holdfast.audit.note;

import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.unit.Human;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one audit has read and found so far. Confined to one thread. */
public final class Notes {
    /** Characters of a line; no program that is audited takes longer ones. */
    public static final int LONGEST_LINE = 64 * 1024;

    /** Files in one audit, against includes without end. */
    private static final int MOST_FILES = 2_000;

    private static final int MOST_STARS = 6;
    private static final int SHOWN = 160;
    private static final int LONGEST_MASKED = 4_096;

    private final Grounds host;
    private final Rule unreadable;
    private final Map<String, List<String>> read = new LinkedHashMap<>();
    private final Set<Finding> findings = new LinkedHashSet<>();
    private final List<Claim> claims = new ArrayList<>();

    /** @param unreadable the rule for files that are broken or cannot be read */
    public Notes(Grounds host, Rule unreadable) {
        this.host = host;
        this.unreadable = unreadable;
    }

    /**
     * A file's lines; when they cannot be read, none, and a finding. Each line that is too long is empty, and a finding.
     */
    public List<String> lines(String file) {
        List<String> known = read.get(file);
        if (known != null) {
            return known;
        }
        List<String> lines = List.of();
        if (read.size() >= MOST_FILES) {
            broken(new Site(file, 0), "is not read: " + MOST_FILES + " files have been read already", "");
            return lines;
        }
        try {
            lines = bounded(file, host.lines(file));
        } catch (IOException e) {
            broken(new Site(file, 0), "cannot be read", String.valueOf(e.getMessage()));
        }
        read.put(file, lines);
        return lines;
    }

    private List<String> bounded(String file, List<String> lines) {
        var kept = new ArrayList<String>(lines.size());
        for (String line : lines) {
            boolean fits = line.length() <= LONGEST_LINE;
            kept.add(fits ? line : "");
            if (!fits) {
                broken(new Site(file, kept.size()), "is a line of " + line.length() + " characters, not read", "");
            }
        }
        return List.copyOf(kept);
    }

    /** Paths that fit; none for a pattern that is none, or that would take for ever. */
    public List<String> glob(String pattern) {
        if (pattern.length() > 4_096 || pattern.chars().filter(c -> c == '*').count() > MOST_STARS) {
            return List.of();
        }
        try {
            return host.glob(pattern);
        } catch (IllegalArgumentException notOne) {
            return List.of();
        }
    }

    public boolean isFile(String path) {
        return host.isFile(path);
    }

    /** Whether neither a file was read nor anything found. */
    public boolean nothing() {
        return read.isEmpty() && findings.isEmpty();
    }

    /** @param what continues {@code FILE:LINE ...} */
    public void broken(Site site, String what, String evidence) {
        add(unreadable.finding(
                List.of(site),
                "",
                site + " " + what,
                evidence.isEmpty() ? List.of() : List.of(shown(evidence)),
                "What it says is not judged, and its program may refuse it or read it otherwise than you think.",
                Fix.byHand("mend the file, or let it be read")));
    }

    public void add(Finding finding) {
        findings.add(finding);
    }

    public void claim(Claim claim) {
        claims.add(claim);
    }

    /** A fix that replaces one line; by hand when it is not known. */
    public Fix replace(String what, Site site, List<String> check, String... after) {
        List<String> lines = read.getOrDefault(site.file(), List.of());
        return site.line() < 1 || site.line() > lines.size()
                ? Fix.byHand(what)
                : new Fix(
                        what,
                        List.of(new Edit(
                                site.file(), site.line(), List.of(lines.get(site.line() - 1)), List.of(after))),
                        check);
    }

    /** A fix that puts lines after one; after line 0 is the head of the file. */
    public Fix insert(String what, Site after, List<String> check, String... lines) {
        return read.containsKey(after.file())
                ? new Fix(what, List.of(new Edit(after.file(), after.line() + 1, List.of(), List.of(lines))), check)
                : Fix.byHand(what);
    }

    /** A fix that puts lines before one. */
    public Fix insertBefore(String what, Site before, List<String> check, String... lines) {
        return insert(what, new Site(before.file(), before.line() - 1), check, lines);
    }

    /** What has been found; findings in their order, none twice. */
    public Verdict verdict() {
        return new Verdict(List.copyOf(findings), claims, List.copyOf(read.keySet()));
    }

    /** Text of a file in a sentence: cut, without control characters and passwords. */
    public static String shown(String text) {
        String cut = text.length() <= SHOWN ? text : text.substring(0, SHOWN);
        return (Secrets.hidden(cut) + (text.length() <= SHOWN ? "" : "…"))
                .chars()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** A setting's value in a sentence: as {@link #shown}, and nothing of it when the name says that it is a password. */
    public static String shown(String name, String value) {
        return Secrets.named(name) ? Secrets.HIDDEN : shown(value);
    }

    /** A whole line as it may be printed, without its passwords; what is very long is cut. */
    public static String masked(String line) {
        return line.length() <= LONGEST_MASKED ? Secrets.hidden(line) : shown(line);
    }

    /** Whether a setting of this name is a password. */
    public static boolean secret(String name) {
        return Secrets.named(name);
    }

    /** Such as {@code 128 MiB}, {@code 1.5 GiB}, {@code 100 bytes}, {@code no limit}. */
    public static String size(long bytes) {
        if (bytes == Long.MAX_VALUE) {
            return "no limit";
        }
        String text = Human.bytes(bytes);
        return bytes < 1024
                ? text + " bytes"
                : text.substring(0, text.length() - 2).replaceFirst("\\.0$", "")
                        + " "
                        + text.substring(text.length() - 2)
                        + "B";
    }

    /** Product without overflow; {@link Long#MAX_VALUE} when it would. */
    public static long times(long a, long b) {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        return high != 0 || low < 0 ? Long.MAX_VALUE : low;
    }

    /** Sum of amounts that are not negative, without overflow. */
    public static long plus(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
