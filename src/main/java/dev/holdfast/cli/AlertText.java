package dev.holdfast.cli;

import dev.holdfast.api.AlertList;
import dev.holdfast.cli.Style.Paint;
import dev.holdfast.unit.Human;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Alerts as people read them. */
final class AlertText {
    private static final int RECENT = 20;

    private AlertText() {}

    static List<String> list(AlertList all, Instant now, Style style) {
        var text = new ArrayList<String>();
        if (all.open().isEmpty()) {
            text.add("nothing is open");
        } else {
            text.addAll(alerts(all.open(), now, style));
        }
        if (!all.recent().isEmpty()) {
            text.add("");
            text.add(style.paint(Paint.BOLD, "told of late"));
            text.addAll(alerts(
                    all.recent().subList(0, Math.min(RECENT, all.recent().size())), now, style));
        }
        for (AlertList.Message m : all.waiting()) {
            text.add("");
            text.add(style.paint(Paint.YELLOW, "waiting") + "  " + Table.printable(m.channel()) + ", written "
                    + Human.ago(m.made(), now)
                    + (m.tries() == 0 ? "" : ", " + m.tries() + " tries: " + Table.printable(m.trouble())));
            m.titles().forEach(t -> text.add("  " + Table.printable(t)));
        }
        for (AlertList.Quiet q : all.silences()) {
            text.add("");
            text.add(style.paint(Paint.BOLD, "silenced") + "  " + Table.printable(q.pattern()) + " until " + q.until()
                    + " by " + Table.printable(q.by())
                    + (q.reason().isEmpty() ? "" : ": " + Table.printable(q.reason())));
        }
        return text;
    }

    private static List<String> alerts(List<AlertList.One> all, Instant now, Style style) {
        var table = new Table(style).head("SEVERITY", "SINCE", "TIMES", "KEY", "WHAT");
        for (AlertList.One a : all) {
            Paint paint = a.ended() != null ? Paint.PLAIN : a.severity().equals("critical") ? Paint.RED : Paint.YELLOW;
            table.row(
                    Table.cell(a.severity(), paint),
                    Table.cell(Human.ago(a.began(), now)),
                    Table.cell(Integer.toString(a.times())),
                    Table.cell(a.key()),
                    Table.cell(a.title() + (a.silenced() ? " (silenced)" : "")));
        }
        return table.lines();
    }
}
