package dev.holdfast.cli;

import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Total;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.survey.Survey;
import dev.holdfast.unit.Human;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A survey for people: what is worst first, each with its numbers, why, and the lines that mend it; then who claims memory. */
final class AuditText {
    private static final int WIDTH = 96;
    private static final String INDENT = "  ";

    private final Style style;
    private final List<String> lines = new ArrayList<>();

    private AuditText(Style style) {
        this.style = style;
    }

    /** @param accepted how many findings the baseline hides */
    static List<String> of(Survey survey, List<Finding> findings, int accepted, Style style) {
        var text = new AuditText(style);
        findings.forEach(text::finding);
        text.total(survey.total());
        text.summary(survey, findings, accepted);
        return text.lines;
    }

    private void finding(Finding f) {
        String place = f.sites().isEmpty() ? "" : "  " + f.sites().getFirst();
        add(style.paint(paint(f.grade()), f.grade().written()) + "  " + Table.printable(f.rule() + place));
        wrap(INDENT, f.what() + ".");
        f.sites().stream()
                .skip(1)
                .map(Site::toString)
                .filter(s -> f.evidence().stream().noneMatch(e -> e.contains(s)))
                .forEach(s -> wrap(INDENT + "  ", "also " + s));
        f.evidence().stream().distinct().filter(e -> !e.isEmpty()).forEach(e -> wrap(INDENT + "· ", e));
        wrap(INDENT, f.why());
        wrap(INDENT, "Fix: " + f.fix().what() + (f.fix().what().endsWith(".") ? "" : "."));
        String file = "";
        for (Edit e : f.fix().edits()) {
            if (!e.file().equals(file)) {
                file = e.file();
                add(INDENT + "  " + Table.printable(file));
            }
            e.before().forEach(l -> diff("-", e.line(), l, Style.Paint.RED));
            e.after().forEach(l -> diff("+", e.line(), l, Style.Paint.GREEN));
        }
        add("");
    }

    private void diff(String mark, int line, String text, Style.Paint paint) {
        add(style.paint(paint, "  %5d %s ".formatted(line, mark) + Table.printable(Notes.masked(text))));
    }

    private void total(Total t) {
        if (!t.claims().isEmpty()) {
            var table = new Table(style).head("MEMORY CLAIMED BY", "WORST", "TYPICAL", "MEASURED", "BECAUSE OF", "IN");
            for (Claim c : t.claims()) {
                boolean fatal = t.memory() > 0 && c.worst() > t.memory() + t.swap();
                table.row(
                        Table.cell(c.who()),
                        Table.cell(
                                c.worst() == Long.MAX_VALUE
                                        ? "no bound"
                                        : c.worst() < 0 ? "not known" : Human.bytes(c.worst()),
                                fatal ? Style.Paint.RED : Style.Paint.PLAIN),
                        Table.cell(Human.bytes(c.typical())),
                        Table.cell(Human.bytes(c.measured())),
                        Table.cell(c.arithmetic()),
                        Table.cell(
                                c.sites().stream().limit(1).map(Site::toString).collect(Collectors.joining())));
            }
            if (t.rest() > 0) {
                table.row(
                        Table.cell("everything else that runs"),
                        Table.cell(Human.bytes(t.rest())),
                        Table.cell(Human.bytes(t.rest())),
                        Table.cell(Human.bytes(t.rest())),
                        Table.cell(""),
                        Table.cell(""));
            }
            table.row(
                    Table.cell("together"),
                    Table.cell(Human.bytes(t.worst())),
                    Table.cell(Human.bytes(t.typical())),
                    Table.cell(Human.bytes(t.measured() + t.rest())),
                    Table.cell(
                            t.memory() < 0
                                    ? ""
                                    : "of " + Human.bytes(t.memory())
                                            + (t.swap() > 0 ? " and " + Human.bytes(t.swap()) + " of swap" : "")),
                    Table.cell(""));
            lines.addAll(table.lines());
            add("");
        }
        wrap("", t.line());
    }

    private void summary(Survey survey, List<Finding> findings, int accepted) {
        String read = survey.looked().isEmpty()
                ? "Nothing was found that could be audited."
                : "Read: "
                        + survey.looked().entrySet().stream()
                                .map(e -> e.getKey() + " (" + files(e.getValue().size()) + ")")
                                .collect(Collectors.joining(", "))
                        + ".";
        wrap("", read);
        wrap("", counts(findings) + (accepted == 0 ? "" : ", and " + accepted + " accepted by the baseline") + ".");
    }

    private static String files(int n) {
        return n == 1 ? "1 file" : n + " files";
    }

    static String counts(List<Finding> findings) {
        if (findings.isEmpty()) {
            return "Nothing to report";
        }
        var parts = new ArrayList<String>();
        for (Grade g : List.of(Grade.CRITICAL, Grade.WARNING, Grade.NOTE)) {
            long n = findings.stream().filter(f -> f.grade() == g).count();
            if (n > 0) {
                parts.add(n + " " + g.written() + (n == 1 || g == Grade.CRITICAL ? "" : "s"));
            }
        }
        return String.join(", ", parts);
    }

    private static Style.Paint paint(Grade grade) {
        return switch (grade) {
            case NOTE -> Style.Paint.PLAIN;
            case WARNING -> Style.Paint.YELLOW;
            case CRITICAL -> Style.Paint.RED;
        };
    }

    /** At blanks; what follows is indented as far. */
    private void wrap(String indent, String text) {
        String rest = Table.printable(text);
        String before = indent;
        while (before.length() + rest.length() > WIDTH) {
            int at = rest.lastIndexOf(' ', WIDTH - before.length());
            if (at <= 0) {
                break;
            }
            add(before + rest.substring(0, at));
            rest = rest.substring(at + 1);
            before = " ".repeat(indent.length());
        }
        add(before + rest);
    }

    private void add(String line) {
        lines.add(line);
    }
}
