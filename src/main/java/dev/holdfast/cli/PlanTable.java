package dev.holdfast.cli;

import static dev.holdfast.cli.Table.cell;

import dev.holdfast.api.PlanReply;
import dev.holdfast.cli.Style.Paint;
import java.util.List;

/** Steps of a reload as people read them. */
final class PlanTable {
    private PlanTable() {}

    /**
     * One line a step, or none when nothing changes.
     *
     * @param past whether it has been done
     * @param kept whether to show what is left alone, too
     */
    static List<String> of(PlanReply plan, boolean past, boolean kept, Style style) {
        var table = new Table(style);
        for (PlanReply.Step step : plan.steps()) {
            if (kept || !step.verb().equals("keep")) {
                table.row(
                        cell(past ? past(step.verb()) : step.verb(), paint(step.verb())),
                        cell(step.process()),
                        cell(Table.printable(first(step))));
                step.changes().stream().skip(1).forEach(c -> table.row(cell(""), cell(""), cell(Table.printable(c))));
            }
        }
        return table.lines();
    }

    private static String first(PlanReply.Step step) {
        String first = step.changes().isEmpty()
                ? String.join(", ", step.keys())
                : step.changes().getFirst();
        return first + (step.verb().equals("update") ? ", without a restart" : "");
    }

    static boolean changesNothing(PlanReply plan) {
        return plan.steps().stream().allMatch(s -> s.verb().equals("keep"));
    }

    private static Paint paint(String verb) {
        return switch (verb) {
            case "start", "add" -> Paint.GREEN;
            case "stop", "remove" -> Paint.RED;
            case "restart", "change" -> Paint.YELLOW;
            case "keep" -> Paint.DIM;
            default -> Paint.PLAIN;
        };
    }

    private static String past(String verb) {
        return switch (verb) {
            case "stop" -> "stopped";
            case "keep" -> "kept";
            case "update", "change", "remove" -> verb + "d";
            default -> verb.contains(" ") ? verb : verb + "ed";
        };
    }
}
