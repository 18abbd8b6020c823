package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.job.Job;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The templates of a queue, filled in: <code>{field}</code> is a field of the payload, <code>{id}</code>,
 * <code>{queue}</code>, <code>{attempt}</code> and <code>{workdir}</code> are what they say; <code>{{</code> and
 * <code>}}</code> are braces. A value is part of one argument, whatever is in it: no shell, no splitting. A field that a
 * job does not have is empty.
 */
public final class Arguments {
    private static final String END_OF_OPTIONS = "--";

    private final SortedMap<String, String> values = new TreeMap<>();

    /** What could not be filled in: the job does not suit its queue. */
    public static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(String why) {
            super(why, null, false, false);
        }
    }

    private Arguments(
            String id, String queue, int attempt, @Nullable String workdir, SortedMap<String, String> payload) {
        values.putAll(payload);
        values.put("id", id);
        values.put("queue", queue);
        values.put("attempt", Integer.toString(attempt));
        if (workdir != null) {
            values.put("workdir", workdir);
        }
    }

    /** @param workdir null: it has none */
    static Arguments of(Job job, @Nullable String workdir) {
        return new Arguments(job.id(), job.queue(), job.attempt(), workdir, job.payload());
    }

    /**
     * Why a job cannot be run, as far as its templates are concerned; null: it can. Asked when it is submitted; at launch
     * the same is found again should the configuration have changed.
     *
     * @param payload checked, its defaults filled in
     */
    public static @Nullable String objection(QueueSpec spec, String id, SortedMap<String, String> payload) {
        var all = new Arguments(id, spec.name(), 1, spec.workdir() == null ? null : "/", payload);
        try {
            all.argv(spec.launch().command().argv(), spec.payload().keySet());
            if (spec.deliver() != null) {
                all.directory(spec.deliver().to(), spec.payload().keySet());
            }
            return null;
        } catch (Refusal refused) {
            return refused.getMessage();
        }
    }

    /**
     * For which jobs are limited together.
     *
     * @param template of fields alone; one that the job does not have is empty
     */
    public static String key(String template, SortedMap<String, String> payload) {
        try {
            return new Arguments("", "", 1, null, payload).fill(template, payload.keySet(), false, true);
        } catch (Refusal unbalanced) { // which no configuration has
            return template;
        }
    }

    /**
     * A program and its arguments.
     *
     * @param fields that a job may have
     * @throws Refusal a value would be taken for an option, or cannot be an argument at all
     */
    List<String> argv(List<String> templates, Collection<String> fields) throws Refusal {
        var argv = new ArrayList<String>();
        boolean protectedNow = false;
        for (String template : templates) {
            String filled = fill(template, fields, false, false);
            if (!protectedNow && filled.startsWith("-") && !template.startsWith("-")) {
                throw new Refusal("with these values the argument " + template
                        + " begins with -, and would be taken for an option: no -- stands before it");
            }
            protectedNow |= template.equals(END_OF_OPTIONS);
            argv.add(filled);
        }
        return List.copyOf(argv);
    }

    /**
     * A directory: each value is a name in it, never a way out of it.
     *
     * @throws Refusal a value holds a slash, or would be another place
     */
    String directory(String template, Collection<String> fields) throws Refusal {
        return fill(template, fields, true, false);
    }

    /** What a program is told beside its arguments. */
    SortedMap<String, String> environment() {
        var of = new TreeMap<String, String>();
        Map.of(
                        "HOLDFAST_JOB",
                        "id",
                        "HOLDFAST_QUEUE",
                        "queue",
                        "HOLDFAST_ATTEMPT",
                        "attempt",
                        "HOLDFAST_WORKDIR",
                        "workdir")
                .forEach((name, place) -> {
                    String value = values.get(place);
                    if (value != null) {
                        of.put(name, value);
                    }
                });
        return of;
    }

    private String fill(String template, Collection<String> fields, boolean path, boolean lenient) throws Refusal {
        var filled = new StringBuilder();
        int at = 0;
        while (at < template.length()) {
            char c = template.charAt(at);
            if ((c == '{' || c == '}') && at + 1 < template.length() && template.charAt(at + 1) == c) {
                filled.append(c);
                at += 2;
            } else if (c == '{') {
                int end = template.indexOf('}', at);
                if (end < 0) {
                    throw new Refusal("the brace in " + template + " is never closed");
                }
                String place = template.substring(at + 1, end);
                filled.append(lenient ? Objects.requireNonNullElse(values.get(place), "") : value(place, fields, path));
                at = end + 1;
            } else {
                filled.append(c);
                at++;
            }
        }
        return filled.toString();
    }

    private String value(String place, Collection<String> fields, boolean path) throws Refusal {
        String value = values.get(place);
        if (value == null) {
            if (fields.contains(place)) {
                return "";
            }
            throw new Refusal("nothing is known of {" + place + "}");
        }
        if (value.indexOf('\0') >= 0) {
            throw new Refusal(place + " holds a NUL");
        }
        if (path
                && !place.equals("workdir")
                && (value.isEmpty() || value.equals(".") || value.equals("..") || value.indexOf('/') >= 0)) {
            throw new Refusal(place + " cannot name a directory: " + (value.isEmpty() ? "it is empty" : value));
        }
        return value;
    }
}
