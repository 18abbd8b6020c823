package dev.holdfast.cli;

import dev.holdfast.api.JobReport;
import dev.holdfast.cli.Style.Paint;
import dev.holdfast.unit.Human;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Jobs as people read them. */
final class JobText {
    private JobText() {}

    static List<String> table(List<JobReport> jobs, Instant now, Style style) {
        if (jobs.isEmpty()) {
            return List.of("no jobs");
        }
        var table = new Table(style).head("ID", "QUEUE", "STATE", "TRY", "SUBMITTED", "CLASS", "DETAIL");
        for (JobReport j : jobs) {
            table.row(
                    Table.cell(j.id()),
                    Table.cell(j.queue()),
                    Table.cell(j.state(), Style.ofState(j.state())),
                    Table.cell(j.attempt() == 0 ? Human.UNKNOWN : Integer.toString(j.attempt())),
                    Table.cell(Human.ago(j.submitted(), now)),
                    Table.cell(j.failureClass() == null ? Human.UNKNOWN : j.failureClass()),
                    Table.cell(standing(j, now)));
        }
        return table.lines();
    }

    /** A line for whoever waited for it. */
    static String ended(JobReport job) {
        String line = job.id() + " " + job.state();
        if (!job.over() || job.state().equals("succeeded")) {
            return line;
        }
        return line + (job.failureClass() == null ? "" : ", " + job.failureClass())
                + (job.detail().isEmpty() ? "" : ": " + Table.printable(job.detail())) + "; holdfast jobs show "
                + job.id();
    }

    private static String standing(JobReport j, Instant now) {
        var standing = new StringBuilder();
        if (j.progress() != null && !j.over()) {
            standing.append(percent(j.progress()));
        }
        String notBefore = j.notBefore();
        if (j.state().equals("queued") && notBefore != null) {
            String in = in(notBefore, now);
            standing.append(standing.isEmpty() || in.isEmpty() ? "" : ", ").append(in);
        }
        if (!j.detail().isEmpty()) {
            standing.append(standing.isEmpty() ? "" : ", ").append(j.detail());
        }
        return standing.toString();
    }

    private static String percent(double percent) {
        return String.format(Locale.ROOT, "%.0f%%", percent);
    }

    /** Empty: it is due. */
    private static String in(String iso, Instant now) {
        long seconds = Duration.between(now, Instant.parse(iso)).toSeconds();
        return seconds <= 0 ? "" : "in " + Human.time(seconds);
    }

    static List<String> full(JobReport j, Instant now, ZoneId zone, Style style) {
        var text = new ArrayList<String>();
        String standing = standing(j, now);
        text.add(style.paint(Paint.BOLD, Table.printable(j.id())) + "  " + Table.printable(j.queue()) + "  "
                + style.paint(Style.ofState(j.state()), j.state())
                + (standing.isEmpty() ? "" : ": " + Table.printable(standing)));
        text.add("  submitted " + Human.at(j.submitted(), zone) + " (" + Human.ago(j.submitted(), now) + ")"
                + (j.ended() == null ? "" : ", ended " + Human.at(j.ended(), zone))
                + (j.priority() == 0 ? "" : ", priority " + j.priority())
                + (j.key() == null ? "" : ", key " + Table.printable(j.key()))
                + (j.host() == null ? "" : ", host " + Table.printable(j.host())));
        var fields = new Table(style);
        j.payload().forEach((name, value) -> fields.row(Table.cell("  " + name), Table.cell(value)));
        text.addAll(fields.lines());
        for (JobReport.Attempt a : j.attempts()) {
            text.add("");
            text.addAll(attempt(a, zone, style));
        }
        if (j.attempts().isEmpty()) {
            text.add("  no attempt has ended yet");
        }
        if (j.output() != null && !j.output().isEmpty()) {
            text.add("");
            text.add("  attempt " + j.attempt() + ", so far");
            output(j.output(), style, text);
        }
        return text;
    }

    private static List<String> attempt(JobReport.Attempt a, ZoneId zone, Style style) {
        var text = new ArrayList<String>();
        String failure = a.failureClass();
        text.add("  attempt " + a.number() + "  " + (a.started() == null ? "" : Human.at(a.started(), zone) + "  ")
                + (failure == null ? "" : style.paint(Paint.RED, Table.printable(failure)) + "  ")
                + Table.printable(a.detail()));
        text.add("    " + used(a));
        if (a.output() != null) {
            output(a.output(), style, text);
        }
        return text;
    }

    private static void output(String output, Style style, List<String> text) {
        output.lines()
                .forEach(l ->
                        text.add("    " + style.paint(Paint.DIM, "| ") + Table.printable(l.replace("\t", "    "))));
    }

    private static String used(JobReport.Attempt a) {
        var used = new ArrayList<String>();
        used.add("on " + Table.printable(a.host()));
        String took = took(a.started(), a.ended());
        if (!took.isEmpty()) {
            used.add("took " + took);
        }
        if (a.exitCode() != null) {
            used.add("exit code " + a.exitCode());
        }
        if (a.signal() != null) {
            used.add("signal " + a.signal());
        }
        if (a.cpuSeconds() != null) {
            used.add(String.format(Locale.ROOT, "%.2fs of CPU", a.cpuSeconds()));
        }
        bytes(a.peakBytes(), " of memory", used);
        bytes(a.readBytes(), " read", used);
        bytes(a.writtenBytes(), " written", used);
        return String.join(", ", used);
    }

    private static void bytes(@Nullable Long bytes, String of, List<String> used) {
        if (bytes != null) {
            used.add(Human.bytes(bytes) + of);
        }
    }

    private static String took(@Nullable String started, @Nullable String ended) {
        return started == null || ended == null
                ? ""
                : Human.time(Duration.between(Instant.parse(started), Instant.parse(ended))
                                .toMillis()
                        / 1000.0);
    }
}
