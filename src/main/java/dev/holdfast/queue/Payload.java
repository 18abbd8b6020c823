package dev.holdfast.queue;

import com.google.re2j.Pattern;
import dev.holdfast.config.Problem;
import dev.holdfast.config.QueueSpec.FieldSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the jobs of a queue may say. Takes time in proportion to the size of what it is given, whatever that is.
 * Immutable and thread-safe.
 *
 * <p>Nothing outside of the text is looked at. So a name that is allowed may still mean a private address to the
 * program that asks the DNS for it, now or later: to keep a program from such addresses is its sandbox's or a firewall's
 * affair. And a path that lies below its root may lead out of it by a symbolic link there.
 */
public final class Payload {
    /** More are not told of one job. */
    private static final int MOST_PROBLEMS = 50;

    /** Names of fields are told up to this. */
    private static final int LONGEST_NAME = 64;

    private final SortedMap<String, Rule> rules;

    private Payload(SortedMap<String, Rule> rules) {
        this.rules = rules;
    }

    /** What came of a check. */
    public sealed interface Checked {
        /**
         * It may be accepted.
         *
         * @param values defaults filled in, paths made absolute
         */
        record Sound(SortedMap<String, String> values) implements Checked {}

        /**
         * It must be refused.
         *
         * @param problems one or more
         */
        record Unsound(List<Wrong> problems) implements Checked {}
    }

    /**
     * What is wrong with a field.
     *
     * @param problem to be read after its name, such as {@code is missing}
     */
    public record Wrong(String field, String problem) {}

    private record Rule(FieldSpec spec, @Nullable Pattern pattern) {}

    /** @throws com.google.re2j.PatternSyntaxException for a pattern that is none, which no checked configuration has */
    public static Payload of(SortedMap<String, FieldSpec> fields) {
        var rules = new TreeMap<String, Rule>();
        fields.forEach((name, spec) -> {
            String pattern = spec.pattern();
            rules.put(name, new Rule(spec, pattern == null ? null : Pattern.compile(pattern)));
        });
        return new Payload(rules);
    }

    public Checked check(Map<String, String> given) {
        var values = new TreeMap<String, String>();
        var wrong = new ArrayList<Wrong>();
        rules.forEach((name, rule) -> {
            String value =
                    given.containsKey(name) ? given.get(name) : rule.spec().otherwise();
            if (value == null) {
                if (rule.spec().required()) {
                    wrong.add(new Wrong(name, "is missing"));
                }
                return;
            }
            switch (of(value, rule)) {
                case Answer.Taken(String taken) -> values.put(name, taken);
                case Answer.No(String problem) -> wrong.add(new Wrong(name, problem));
            }
        });
        given.keySet().stream()
                .filter(name -> !rules.containsKey(name))
                .limit(MOST_PROBLEMS)
                .map(this::unknown)
                .forEach(wrong::add);
        return wrong.isEmpty()
                ? new Checked.Sound(values)
                : new Checked.Unsound(wrong.stream().limit(MOST_PROBLEMS).toList());
    }

    private Wrong unknown(String name) {
        String hint = name.length() > LONGEST_NAME ? "" : Problem.hint(name, rules.keySet());
        String none = rules.isEmpty() ? "is not known; jobs of this queue have no fields" : "is not known";
        return new Wrong(Shown.of(name, LONGEST_NAME), none + (hint.isEmpty() ? "" : hint));
    }

    /** What came of one value. */
    sealed interface Answer {
        /** @param value as jobs get it */
        record Taken(String value) implements Answer {}

        /** @param problem to be read after the field's name */
        record No(String problem) implements Answer {}
    }

    private static Answer of(String value, Rule rule) {
        FieldSpec spec = rule.spec();
        // An argument of a program is no longer than its bytes, and ends at a NUL (execve(2)).
        if (value.indexOf('\0') >= 0) {
            return new Answer.No("holds a NUL character");
        }
        int length = value.codePointCount(0, value.length());
        if (length > spec.maxLength()) {
            return new Answer.No("is too long, " + length + " characters of at most " + spec.maxLength());
        }
        if (length < spec.minLength()) {
            return new Answer.No("is too short, " + length + " characters of at least " + spec.minLength());
        }
        if (value.chars().anyMatch(c -> Character.isSurrogate((char) c)) && !wellFormed(value)) {
            return new Answer.No("holds half a character (a surrogate by itself)");
        }
        Pattern pattern = rule.pattern();
        if (pattern != null && !pattern.matches(value)) {
            return new Answer.No("does not match " + spec.pattern() + " as a whole: " + Shown.quoted(value));
        }
        return switch (spec.type()) {
            case STRING -> pattern == null ? printable(value) : new Answer.Taken(value);
            case INTEGER -> integer(value, spec);
            case ENUM -> oneOf(value, spec);
            case URI -> UriRule.of(value, spec);
            case PATH -> PathRule.of(value, spec.root());
        };
    }

    private static boolean wellFormed(String value) {
        return value.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static Answer printable(String value) {
        return value.chars().anyMatch(Character::isISOControl)
                ? new Answer.No("holds a control character, such as a line's end; a pattern can allow it")
                : new Answer.Taken(value);
    }

    private static Answer integer(String value, FieldSpec spec) {
        long n;
        try {
            n = Long.parseLong(value);
        } catch (NumberFormatException notOne) {
            return new Answer.No("is a whole number, not " + Shown.quoted(value));
        }
        if (!Long.toString(n).equals(value)) { // such as 007, +7, -0, or digits of another script
            return new Answer.No("is a whole number written as " + n + ", not " + Shown.quoted(value));
        }
        Long min = spec.min();
        Long max = spec.max();
        if ((min != null && n < min) || (max != null && n > max)) {
            return new Answer.No("is " + n + "; it is "
                    + (min == null ? "at most " + max : max == null ? "at least " + min : min + " to " + max));
        }
        return new Answer.Taken(value);
    }

    private static Answer oneOf(String value, FieldSpec spec) {
        if (spec.values().contains(value)) {
            return new Answer.Taken(value);
        }
        String hint = value.length() > LONGEST_NAME ? "" : Problem.hint(value, spec.values());
        return new Answer.No(
                "is one of " + Shown.of(String.join(", ", spec.values()), 500) + ", not " + Shown.quoted(value) + hint);
    }
}
