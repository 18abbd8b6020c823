package dev.holdfast.imports;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code logging} of a process of cbox-init. */
final class CboxLogging {
    private final Fields process;
    private final Entry entry;
    private final String file;

    CboxLogging(Fields process, Entry entry, String file) {
        this.process = process;
        this.entry = entry;
        this.file = file;
    }

    void turn() {
        Fields f = process.within("logging", file);
        for (Fields from : f == null ? List.of(process) : List.of(process, f)) {
            for (String stream : List.of("stdout", "stderr")) {
                String is = from.has(stream) ? from.text(stream) : null;
                if (is != null && is.equals("false")) {
                    from.remark(stream, is, "output is kept all the same, within its bounds");
                } else if (is != null) {
                    from.always(stream);
                }
            }
        }
        if (f == null) {
            return;
        }
        Fields labels = f.within("labels", file);
        if (labels != null) {
            for (String name : labels.names()) {
                String value = labels.text(name);
                String label = name.replaceAll("[^A-Za-z0-9_.-]", "_");
                if (value != null && label.matches("[A-Za-z_].{0,62}") && value.length() <= 128) {
                    entry.put("logging.labels." + label.replace('.', '_'), value);
                } else {
                    labels.remark(name, String.valueOf(value), "cannot be a label here; not carried over");
                }
            }
            labels.rest();
        }
        String level = f.text("min_level");
        String known = level == null
                ? ""
                : level.toLowerCase(Locale.ROOT).replace("warn", "warning").replace("warninging", "warning");
        if (List.of("trace", "debug", "info", "notice", "warning", "error", "critical")
                .contains(known)) {
            entry.put("logging.min_level", known);
        } else if (level != null) {
            f.remark("min_level", level, "is no level; not carried over");
        }
        redaction(f);
        multiline(f);
        f.none("not carried over: levels of lines are found by themselves, in JSON too", "json", "level_detection");
        f.none("not carried over: lines are not chosen by patterns; min_level and redact are there", "filters");
        f.none("not carried over: only what a program prints is read; cleanup deletes what is old", "files");
        f.rest();
    }

    private void redaction(Fields logging) {
        Fields f = logging.within("redaction", file);
        if (f == null) {
            return;
        }
        boolean on = f.is("enabled", false);
        Tree patterns = f.take("patterns");
        var redact = new ArrayList<String>();
        for (Tree one : patterns instanceof Items i ? i.items() : List.<Tree>of()) {
            Text pattern = one instanceof Table t ? t.text("pattern") : null;
            if (on && pattern != null && isPattern(pattern.value())) {
                redact.add(pattern.value());
                f.untold("patterns", one, "what it fits is neither kept nor shown; the replacement is always the same");
            } else {
                f.untold("patterns", one, on ? "is no pattern of RE2; not carried over" : "redaction is off");
            }
        }
        if (!redact.isEmpty()) {
            entry.put("logging.redact", redact);
        }
        f.rest();
    }

    private void multiline(Fields logging) {
        Fields f = logging.within("multiline", file);
        if (f == null) {
            return;
        }
        boolean on = f.is("enabled", false);
        String pattern = f.text("pattern");
        Integer lines = f.nearest("max_lines", 1, 10_000);
        Integer seconds = f.number("timeout", 1, 999_999_999);
        if (!on || pattern == null || !isPattern(pattern)) {
            f.remark(
                    "pattern",
                    String.valueOf(pattern),
                    on ? "is no pattern of RE2; not carried over" : "multiline is off");
        } else {
            entry.put("logging.multiline.start", pattern);
            if (lines != null) {
                entry.put("logging.multiline.max_lines", lines);
            }
            if (seconds != null) {
                entry.put("logging.multiline.max_wait", Amounts.seconds(seconds));
            }
        }
        f.rest();
    }

    private static boolean isPattern(String regex) {
        try {
            Pattern.compile(regex);
            return true;
        } catch (PatternSyntaxException none) {
            return false;
        }
    }
}
