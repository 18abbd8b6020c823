package dev.holdfast.guard;

import java.util.List;

/**
 * What a rule sees, for people.
 *
 * @param deed what it does, such as {@code kill with all that descends from it, by TERM, after 15s by KILL}
 * @param together conditions of all that match together
 */
public record RuleView(String rule, String deed, List<Member> members, List<Condition> together) {
    /**
     * @param protection why it is left alone; empty: it is not
     * @param due whether the rule holds for it
     */
    public record Member(Suspect suspect, String protection, List<Condition> conditions, boolean due) {}

    /**
     * @param name as given; empty: none
     * @param text such as {@code cpu > 80% for 2m}
     * @param value as measured now
     * @param holds whether it holds now
     * @param heldSeconds for how long it has at every look
     * @param windowSeconds for how long it must
     */
    public record Condition(
            String name, String text, String value, boolean holds, long heldSeconds, long windowSeconds, boolean due) {}
}
