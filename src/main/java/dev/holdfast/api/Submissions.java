package dev.holdfast.api;

import dev.holdfast.unit.Durations;
import io.avaje.json.JsonException;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonReader.Token;
import io.avaje.jsonb.Jsonb;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Jobs as JSON. A job is an object with {@code payload} and, if wanted, {@code id}, {@code delay} and {@code priority}.
 * Read by hand: a key that is misspelt or comes twice would else be lost, a number be rounded, and a value that is nested
 * deeply be read to its bottom.
 */
public final class Submissions {
    /** Jobs in one request. */
    public static final int MOST = 1000;

    private static final int DEEPEST = 16;

    /** Of a value, an escape being one. The library's own bound, 50,000, is met by a buffer that doubles, so at 32,768. */
    private static final int LONGEST_TEXT = 32_000;

    private static final Jsonb JSON = Jsonb.builder().build();
    /** RFC 8259, 6. */
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][-+]?\\d+)?");

    /** One that nobody has to quote in a shell, a URL or a file name: directories bear it. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private Submissions() {}

    /** @param several whether they came as a list, and are to be answered as one */
    record Read(List<Submission> jobs, boolean several) {}

    /**
     * A job alone; or, without {@code payload}, its fields themselves.
     *
     * @throws IllegalArgumentException that says what is wrong
     */
    public static Submission line(String json) {
        return whole(json, in -> {
            SortedMap<String, Value> values = object(in, "");
            Value payload = values.get("payload");
            return payload != null && payload.fields() != null ? job(values, "") : job(values("payload", values), "");
        });
    }

    /**
     * A job, or {@code {"jobs": […]}}.
     *
     * @throws IllegalArgumentException that says what is wrong
     */
    static Read request(String json) {
        return whole(json, in -> {
            in.beginObject();
            if (!in.hasNextField()) {
                throw wrong("a job has a payload, such as {\"payload\": {\"url\": \"…\"}}");
            }
            String first = in.nextField();
            if (!first.equals("jobs")) {
                var values = new TreeMap<String, Value>();
                rest(in, first, values, "");
                return new Read(List.of(job(values, "")), false);
            }
            List<Submission> jobs = jobs(in);
            if (in.hasNextField()) {
                throw wrong("beside jobs there is nothing, not " + quoted(in.nextField()));
            }
            in.endObject();
            return new Read(jobs, true);
        });
    }

    private static List<Submission> jobs(JsonReader in) {
        if (in.currentToken() != Token.BEGIN_ARRAY) {
            throw wrong("jobs is a list");
        }
        var jobs = new ArrayList<Submission>();
        in.beginArray();
        while (in.hasNextElement()) {
            if (jobs.size() == MOST) {
                throw wrong("a request has at most " + MOST + " jobs");
            }
            String where = "jobs[" + jobs.size() + "]: ";
            if (in.currentToken() != Token.BEGIN_OBJECT) {
                throw wrong(where + "a job is an object");
            }
            jobs.add(job(object(in, where), where));
        }
        in.endArray();
        if (jobs.isEmpty()) {
            throw wrong("jobs is empty");
        }
        return jobs;
    }

    /** A text, number or truth value as it is written, or the fields of an object. */
    private record Value(@Nullable String text, @Nullable SortedMap<String, Value> fields) {}

    private static SortedMap<String, Value> values(String name, SortedMap<String, Value> fields) {
        var values = new TreeMap<String, Value>();
        values.put(name, new Value(null, fields));
        return values;
    }

    private static Submission job(SortedMap<String, Value> values, String where) {
        var known = new HashSet<>(values.keySet());
        known.removeAll(List.of("payload", "id", "delay", "priority"));
        if (!known.isEmpty()) {
            throw wrong(where + quoted(known.iterator().next()) + " is no part of a job; there are payload, id, delay"
                    + " and priority");
        }
        Value payload = values.get("payload");
        SortedMap<String, Value> fields = payload == null ? null : payload.fields();
        if (fields == null) {
            throw wrong(where + "payload is missing, an object of fields");
        }
        var texts = new TreeMap<String, String>();
        fields.forEach((name, value) -> {
            if (value.text() == null) {
                throw wrong(where + "payload." + name + " is an object; fields are texts, numbers or truth values");
            }
            texts.put(name, value.text());
        });
        return new Submission(
                texts, id(text(values, "id", where), where), delay(values, where), priority(values, where));
    }

    private static @Nullable String text(SortedMap<String, Value> values, String name, String where) {
        Value value = values.get(name);
        if (value == null) {
            return null;
        }
        if (value.text() == null) {
            throw wrong(where + name + " is no object");
        }
        return value.text();
    }

    /** @throws IllegalArgumentException that says what an id is */
    public static @Nullable String id(@Nullable String id, String where) {
        if (id != null && !ID.matcher(id).matches()) {
            throw wrong(where + "an id is 1 to 128 letters, digits and . _ - and begins with a letter or digit, not "
                    + quoted(id));
        }
        return id;
    }

    private static @Nullable String delay(SortedMap<String, Value> values, String where) {
        String delay = text(values, "delay", where);
        try {
            return delay == null ? null : Durations.format(Durations.parse(delay));
        } catch (IllegalArgumentException e) {
            throw wrong(where + "delay " + quoted(delay) + ": " + e.getMessage());
        }
    }

    private static int priority(SortedMap<String, Value> values, String where) {
        String priority = text(values, "priority", where);
        if (priority == null) {
            return 0;
        }
        int n = priority.matches("-?\\d{1,3}") ? Integer.parseInt(priority) : Integer.MAX_VALUE;
        if (n < Submission.LEAST || n > Submission.MOST) {
            throw wrong(where + "priority is a whole number from " + Submission.LEAST + " to " + Submission.MOST
                    + ", not " + quoted(priority));
        }
        return n;
    }

    /** One that is {@code {…}}, whose values are texts, numbers, truth values or, one level deep, objects of them. */
    private static SortedMap<String, Value> object(JsonReader in, String where) {
        var values = new TreeMap<String, Value>();
        in.beginObject();
        if (in.hasNextField()) {
            rest(in, in.nextField(), values, where);
        } else {
            in.endObject();
        }
        return values;
    }

    private static void rest(JsonReader in, String first, SortedMap<String, Value> values, String where) {
        String name = first;
        while (true) {
            Value value = value(in, name, where);
            if (value != null && values.put(name, value) != null) {
                throw wrong(where + quoted(name) + " comes twice");
            }
            if (!in.hasNextField()) {
                break;
            }
            name = in.nextField();
        }
        in.endObject();
    }

    /** Null: it is not given. */
    private static @Nullable Value value(JsonReader in, String name, String where) {
        return switch (in.currentToken()) {
            case STRING -> new Value(in.readString(), null);
            case NUMBER -> new Value(number(in.readRaw(), name, where), null);
            case BOOLEAN -> new Value(Boolean.toString(in.readBoolean()), null);
            case NULL -> {
                in.isNullValue();
                yield null;
            }
            case BEGIN_OBJECT -> {
                if (!where.isEmpty() && where.endsWith(".")) {
                    throw wrong(where + name + " is an object; fields are texts, numbers or truth values");
                }
                yield new Value(null, object(in, where + name + "."));
            }
            case BEGIN_ARRAY -> throw wrong(where + name + " is a list; values are texts, numbers or truth values");
        };
    }

    private static String number(String raw, String name, String where) {
        String number = raw.strip();
        if (!NUMBER.matcher(number).matches()) {
            throw wrong(where + name + " is no number: " + quoted(number));
        }
        return number;
    }

    private interface Reading<T> {
        T from(JsonReader in);
    }

    private static <T> T whole(String json, Reading<T> reading) {
        int end = end(json);
        if (!json.substring(end).isBlank()) {
            throw wrong("there is something after the end of the JSON");
        }
        try (JsonReader in = JSON.reader(json)) {
            return reading.from(in);
        } catch (JsonException | IllegalStateException | IndexOutOfBoundsException e) { // the last: ends within a name
            throw wrong("not understood as JSON: " + e.getMessage());
        }
    }

    /**
     * Where the first value ends that has brackets: the reader would not look at what is behind.
     *
     * @throws IllegalArgumentException for what the reader cannot take
     */
    static int end(String json) {
        int depth = 0;
        int text = -1; // characters of the one that this is within
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (text >= 0) {
                if (c == '"') {
                    text = -1;
                } else if (++text > LONGEST_TEXT) {
                    throw wrong("not understood: a text is longer than " + LONGEST_TEXT + " characters");
                }
                i += c == '\\' ? escaped(json, i + 1) : 0;
            } else if (c == '"') {
                text = 0;
            } else if (c == '{' || c == '[') {
                if (++depth > DEEPEST) {
                    throw wrong("not understood: nested more than " + DEEPEST + " times");
                }
            } else if ((c == '}' || c == ']') && --depth <= 0) {
                return i + 1;
            }
        }
        return json.length();
    }

    /** How much of an escape is behind its backslash; of one that is none no quote, which a reader would take for the end. */
    private static int escaped(String json, int at) {
        if (at >= json.length() || json.charAt(at) != 'u') {
            return 1;
        }
        int n = 1;
        while (n < 5 && at + n < json.length() && HexFormat.isHexDigit(json.charAt(at + n))) {
            n++;
        }
        return n;
    }

    private static String quoted(@Nullable String text) {
        return "\"" + (text == null ? null : Texts.cut(text, 40)) + "\"";
    }

    private static IllegalArgumentException wrong(String message) {
        return new IllegalArgumentException(message);
    }
}
