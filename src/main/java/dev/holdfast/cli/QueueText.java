package dev.holdfast.cli;

import dev.holdfast.api.QueueReport;
import dev.holdfast.cli.Style.Paint;
import dev.holdfast.unit.Human;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Queues as people read them. */
final class QueueText {
    private static final String NONE = "no queues";

    private QueueText() {}

    static List<String> brief(List<QueueReport> queues, Style style) {
        if (queues.isEmpty()) {
            return List.of(NONE);
        }
        var table = new Table(style).head("QUEUE", "STATE", "WAITING", "RUNNING", "FAILED");
        for (QueueReport q : queues) {
            table.row(
                    Table.cell(q.name()),
                    Table.cell(q.state(), Style.ofState(q.state())),
                    Table.cell(Long.toString(q.waiting())),
                    Table.cell(running(q)),
                    Table.cell(Long.toString(q.failedKept())));
        }
        return table.lines();
    }

    static List<String> health(List<QueueReport> queues, Instant now, Style style) {
        if (queues.isEmpty()) {
            return List.of(NONE);
        }
        var table = new Table(style)
                .head(
                        "QUEUE",
                        "STATE",
                        "WAITING",
                        "DELAYED",
                        "RUNNING",
                        "OLDEST",
                        "DONE/MIN",
                        "FAILED",
                        "WORKERS",
                        "MEMORY");
        for (QueueReport q : queues) {
            table.row(
                    Table.cell(q.name()),
                    Table.cell(q.state(), Style.ofState(q.state())),
                    Table.cell(q.waiting() + (q.maxLength() > 0 ? "/" + q.maxLength() : "")),
                    Table.cell(Long.toString(q.delayed())),
                    Table.cell(running(q)),
                    Table.cell(
                            q.oldestSeconds() == null
                                    ? Human.UNKNOWN
                                    : Human.time(q.oldestSeconds().doubleValue())),
                    Table.cell(perMinute(q)),
                    Table.cell(failed(q)),
                    Table.cell(q.workers() == null ? Human.UNKNOWN : q.workers().toString()),
                    Table.cell(Human.bytes(q.memoryBytes())));
        }
        var text = new ArrayList<>(table.lines());
        for (QueueReport q : queues) {
            q.alerts()
                    .forEach(a ->
                            text.add(style.paint(Paint.RED, "alert") + "  " + Table.printable(q.name() + ": " + a)));
        }
        for (QueueReport q : queues) {
            QueueReport.Details details = q.details();
            if (details != null) {
                text.add("");
                text.addAll(details(q, details, now, style));
            }
        }
        return text;
    }

    private static String running(QueueReport q) {
        return q.running() + (q.pull() ? "" : "/" + q.concurrency());
    }

    private static String perMinute(QueueReport q) {
        return q.windowSeconds() <= 0
                ? Human.UNKNOWN
                : String.format(Locale.ROOT, "%.1f", 60.0 * (q.succeeded() + q.failed()) / q.windowSeconds());
    }

    private static String failed(QueueReport q) {
        Double rate = q.failureRate();
        return q.failed() + (rate == null ? "" : String.format(Locale.ROOT, " (%.0f%%)", 100 * rate));
    }

    private static List<String> details(QueueReport q, QueueReport.Details details, Instant now, Style style) {
        var text = new ArrayList<String>();
        text.add(style.paint(Paint.BOLD, Table.printable(q.name())) + ": of the last "
                + Human.time(q.windowSeconds()) + " " + q.succeeded() + " succeeded, " + q.failed() + " failed, in "
                + q.attempts() + " attempts; " + q.failedKept() + " failed ones are kept");
        details.failures().forEach((kind, count) -> text.add("  " + Table.printable(kind) + ": " + count));
        for (QueueReport.Worker w : details.workers()) {
            text.add("  worker " + Table.printable(w.name()) + ": holds " + w.holds() + ", took " + w.taken() + " in "
                    + Human.ago(w.since(), now).replace(" ago", "") + ", heard of " + Human.ago(w.lastHeard(), now)
                    + (w.recycle() ? ", is to end" : ""));
        }
        if (!details.running().isEmpty()) {
            JobText.table(details.running(), now, style).forEach(l -> text.add("  " + l));
        }
        return text;
    }
}
