package dev.holdfast.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** What a process's {@code logging} means, with every default filled in, every range checked. */
record LogResolver(Problems problems, Binder binder) {
    private static final int MOST_LABELS = 32;
    private static final int MOST_PATTERNS = 64;
    private static final int LONGEST_LABEL = 256;
    /** What the pump can hold of a stream. */
    private static final long LARGEST_EVENT = 48 << 10;

    LogSpec of(ProcessSection.@Nullable Logging logging, Node at) {
        if (logging == null) {
            return LogSpec.DEFAULT;
        }
        ProcessSection.LogFile file = logging.file();
        if (file != null) {
            new Ranges(problems, binder, file, at).absolute("path", file.path());
        }
        return new LogSpec(
                file == null ? null : file.path(),
                file == null ? LogSpec.FileFormat.PREFIXED : file.format(),
                rotation(file == null ? null : file.rotation(), at),
                lines(logging, at));
    }

    LogSpec.RotationSpec rotation(ProcessSection.@Nullable Rotation rotation, Node at) {
        if (rotation == null) {
            return LogSpec.RotationSpec.DEFAULT;
        }
        var r = new Ranges(problems, binder, rotation, at);
        r.within("maxBackups", rotation.maxBackups(), 0, 1000);
        if (rotation.maxSize().bytes() < 4096) {
            r.add("maxSize", rotation.maxSize().toString(), "is at least 4Ki");
        }
        r.positive("maxAge", rotation.maxAge());
        return new LogSpec.RotationSpec(
                rotation.maxSize().bytes(), rotation.maxAge(), rotation.maxBackups(), rotation.compress());
    }

    private LogSpec.Lines lines(ProcessSection.Logging logging, Node at) {
        Node redact = binder.at(logging, "redact", at);
        if (logging.redact().size() > MOST_PATTERNS) {
            problems.add(redact, "redact has at most " + MOST_PATTERNS + " patterns");
        }
        logging.redact().forEach(p -> pattern(p, redact));
        labels(logging.labels());
        return new LogSpec.Lines(
                logging.minLevel(),
                Collections.unmodifiableSortedMap(new TreeMap<>(logging.labels())),
                multiline(logging.multiline(), at),
                List.copyOf(logging.redact()),
                logging.rateLimit());
    }

    private void labels(Map<String, String> labels) {
        labels.forEach((name, value) -> {
            Node at = binder.at(labels, name);
            if (!name.matches("[A-Za-z_][A-Za-z0-9_.-]{0,62}")) {
                problems.add(
                        at,
                        "\"" + name + "\": a label's name has letters, digits, _, . and -, at most 63, and"
                                + " begins with a letter");
            }
            if (value.length() > LONGEST_LABEL) {
                problems.add(at, "a label's value has at most " + LONGEST_LABEL + " characters");
            }
            if (labels.size() > MOST_LABELS) {
                problems.add(at, "there are at most " + MOST_LABELS + " labels");
            }
        });
    }

    private LogSpec.@Nullable Multiline multiline(ProcessSection.@Nullable Multiline m, Node at) {
        if (m == null) {
            return null;
        }
        var r = new Ranges(problems, binder, m, at);
        r.within("maxLines", m.maxLines(), 1, 10_000);
        r.positive("maxWait", m.maxWait());
        if (m.maxSize().bytes() < 256 || m.maxSize().bytes() > LARGEST_EVENT) {
            r.add("maxSize", m.maxSize().toString(), "is 256 to 48Ki");
        }
        if (m.start() == null && m.continuation() == null) {
            problems.add(at, "multiline needs start or continuation");
        }
        pattern(m.start(), binder.at(m, "start", at));
        pattern(m.continuation(), binder.at(m, "continuation", at));
        return new LogSpec.Multiline(
                m.start(), m.continuation(), m.maxLines(), m.maxSize().bytes(), m.maxWait());
    }

    private void pattern(@Nullable String regex, Node at) {
        try {
            if (regex != null) {
                Pattern.compile(regex);
            }
        } catch (PatternSyntaxException e) {
            problems.add(
                    at,
                    "\"" + regex + "\" is no regular expression: " + e.getDescription()
                            + "; it is RE2's syntax, without look-around and back-references");
        }
    }
}
