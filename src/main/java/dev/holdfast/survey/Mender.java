package dev.holdfast.survey;

import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.note.Notes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Carries fixes out. The file that was is kept beside, as {@code .FILE.holdfast-DATE}; when the program's own
 * checker does not like what came of it, it is put back. What has none is read again as the audit reads it.
 */
public final class Mender {
    private final Tree tree;
    private final @Nullable Checker checker;
    private final Supplier<? extends Grounds> anew;
    private final Supplier<String> date;
    private final int uid;

    /** Has a program check its own files. */
    @FunctionalInterface
    interface Checker {
        /** @return what it says that is wrong; empty: it is content; null: it is not installed */
        @Nullable
        String complaint(List<String> command);
    }

    /**
     * @param root below which the files are
     * @param checker null: no program is asked
     * @param anew the host as it is now, for what no program checks
     * @param date of the file that is kept, such as {@code 20260301-120000}
     * @param uid who may write the directories, besides root
     */
    Mender(Path root, @Nullable Checker checker, Supplier<? extends Grounds> anew, Supplier<String> date, int uid) {
        this.tree = new Tree(root.toAbsolutePath().normalize());
        this.checker = checker;
        this.anew = anew;
        this.date = date;
        this.uid = uid;
    }

    /** For this host, checked by the programs themselves. */
    public static Mender here(Supplier<? extends Grounds> anew, Supplier<String> date, int uid) {
        return new Mender(Path.of("/"), Programs::complaint, anew, date, uid);
    }

    /** For files below a directory, whose programs cannot check them. */
    public static Mender below(Path root, Supplier<? extends Grounds> anew, Supplier<String> date, int uid) {
        return new Mender(root, null, anew, date, uid);
    }

    /**
     * What would be done.
     *
     * @param files that change
     * @param mended rules whose findings are mended
     * @param left why others are not, a line each
     */
    public record Plan(List<Changed> files, List<Finding> mended, List<String> left) {}

    /** @param checks commands that check it */
    public record Changed(String file, String before, String after, Set<List<String>> checks) {}

    /** @param good false: something was not done, or was undone */
    public record Result(List<String> said, boolean good) {}

    /** What fixes of findings come to; those of worse ones go first. */
    public Plan plan(List<Finding> findings, Grade from) {
        var drafts = new TreeMap<String, Draft>();
        var mended = new ArrayList<Finding>();
        var left = new ArrayList<String>();
        for (Finding f : findings) {
            if (f.fix().edits().isEmpty() || f.grade().compareTo(from) < 0) {
                continue;
            }
            String why = fit(f, drafts);
            if (why == null) {
                mended.add(f);
            } else {
                left.add(f.rule() + (f.subject().isEmpty() ? "" : " (" + f.subject() + ")") + ": " + why);
            }
        }
        List<Changed> files = drafts.values().stream()
                .filter(d -> !d.edits.isEmpty())
                .map(Draft::changed)
                .toList();
        return new Plan(files, mended, left);
    }

    private @Nullable String fit(Finding f, Map<String, Draft> drafts) {
        for (Edit e : f.fix().edits()) {
            String why = draft(e.file(), drafts).objection(e);
            if (why != null) {
                return why;
            }
        }
        for (Edit e : f.fix().edits()) {
            draft(e.file(), drafts).take(e, f);
        }
        return null;
    }

    private Draft draft(String file, Map<String, Draft> drafts) {
        return drafts.computeIfAbsent(file, name -> {
            try {
                return new Draft(name, text(tree.bytes(name)), "");
            } catch (IOException e) {
                return new Draft(name, "", name + ": " + e.getMessage());
            }
        });
    }

    private static String text(byte[] bytes) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("it is not UTF-8: change it by hand", e);
        }
    }

    /** A file with the edits that it will have. */
    private static final class Draft {
        private final String file;
        private final String text;
        private final String problem;
        /** With what ends them. */
        private final List<String> lines;

        private final Map<Edit, String> edits = new LinkedHashMap<>();
        private final Set<List<String>> checks = new LinkedHashSet<>();

        Draft(String file, String text, String problem) {
            this.file = file;
            this.text = text;
            this.problem = problem;
            this.lines = List.of(text.split("(?<=\n)", -1)).stream()
                    .filter(l -> !l.isEmpty())
                    .toList();
        }

        @Nullable
        String objection(Edit e) {
            if (!problem.isEmpty()) {
                return problem;
            }
            if (edits.containsKey(e)) {
                return null;
            }
            int from = e.line() - 1;
            if (from < 0 || from + e.before().size() > lines.size()) {
                return file + " is another than the one that was read";
            }
            for (int i = 0; i < e.before().size(); i++) {
                if (!stripped(lines.get(from + i)).equals(e.before().get(i))) {
                    return file + ":" + (from + i + 1) + " is another line than the one that was read";
                }
            }
            for (Map.Entry<Edit, String> other : edits.entrySet()) {
                if (overlap(other.getKey(), e)) {
                    return "the fix of " + other.getValue() + " changes " + file + ":" + e.line() + " already";
                }
            }
            return null;
        }

        /** Lines may be added at one place by several, but not the same setting twice. */
        private static boolean overlap(Edit a, Edit b) {
            if (a.before().isEmpty() && b.before().isEmpty()) {
                return a.line() == b.line() && keys(a).stream().anyMatch(keys(b)::contains);
            }
            if (a.before().isEmpty() || b.before().isEmpty()) {
                Edit added = a.before().isEmpty() ? a : b;
                Edit changed = a.before().isEmpty() ? b : a;
                return added.line() > changed.line()
                        && added.line() < changed.line() + changed.before().size();
            }
            return a.line() < b.line() + b.before().size()
                    && b.line() < a.line() + a.before().size();
        }

        private static Set<String> keys(Edit e) {
            return e.after().stream().map(l -> l.split("[=\\s:]", 2)[0]).collect(Collectors.toSet());
        }

        void take(Edit e, Finding f) {
            edits.putIfAbsent(e, f.rule());
            if (!f.fix().check().isEmpty()) {
                checks.add(f.fix().check());
            }
        }

        private static String stripped(String line) {
            return line.replaceFirst("\r?\n$", "");
        }

        Changed changed() {
            String end = !lines.isEmpty() && lines.getFirst().endsWith("\r\n") ? "\r\n" : "\n";
            var out = new StringBuilder();
            for (int i = 0; i <= lines.size(); i++) {
                int line = i + 1;
                for (Edit e : edits.keySet()) {
                    if (e.line() == line && e.before().isEmpty()) {
                        add(out, e, end);
                    }
                }
                Edit gone = edits.keySet().stream()
                        .filter(e ->
                                e.line() <= line && line < e.line() + e.before().size())
                        .findFirst()
                        .orElse(null);
                if (gone != null && gone.line() == line) {
                    add(out, gone, end);
                }
                if (gone == null && i < lines.size()) {
                    out.append(lines.get(i));
                }
            }
            return new Changed(file, text, out.toString(), Set.copyOf(checks));
        }

        private static void add(StringBuilder out, Edit e, String end) {
            if (!out.isEmpty() && out.charAt(out.length() - 1) != '\n') {
                out.append(end); // the last line had none
            }
            e.after().forEach(l -> out.append(l).append(end));
        }
    }

    /** Does it. Files that one checker checks are changed together, or not at all. */
    public Result apply(Plan plan) {
        var said = new ArrayList<String>();
        boolean good = true;
        var groups = new LinkedHashMap<Set<List<String>>, List<Changed>>();
        plan.files()
                .forEach(c -> groups.computeIfAbsent(c.checks(), k -> new ArrayList<>())
                        .add(c));
        for (Map.Entry<Set<List<String>>, List<Changed>> group : groups.entrySet()) {
            good &= apply(group.getValue(), group.getKey(), said);
        }
        return new Result(said, good);
    }

    private boolean apply(List<Changed> files, Set<List<String>> checks, List<String> said) {
        Set<String> names = files.stream().map(Changed::file).collect(Collectors.toCollection(LinkedHashSet::new));
        Reading before = Reading.of(anew.get(), names);
        var done = new ArrayList<Replaced>();
        var words = new ArrayList<String>();
        try {
            for (Changed c : files) {
                Path real = tree.real(c.file());
                if (real == null) {
                    throw new IOException(c.file() + " is not there any more");
                }
                Replaced r = Replaced.replace(real, c.before(), c.after(), date.get(), uid);
                done.add(r);
                words.add(c.file() + ": changed; what it was is " + r.kept().getFileName() + " beside it");
            }
        } catch (IOException e) {
            said.add("not changed: " + e.getMessage());
            undo(done, said);
            return false;
        }
        List<String> wrong = wrong(checks, words, before, names);
        if (!wrong.isEmpty()) {
            said.addAll(wrong);
            undo(done, said);
            return false;
        }
        said.addAll(words);
        return true;
    }

    /** What the programs say is wrong, or where none can be asked, what reads worse than before; empty: nothing. */
    private List<String> wrong(Set<List<String>> checks, List<String> words, Reading before, Set<String> files) {
        Checker by = checker;
        String why = by == null
                ? "its programs do not run here"
                : checks.isEmpty() ? "its program has no checker of its own that could be asked" : "";
        for (List<String> check : checks) {
            if (by == null) {
                break;
            }
            String complaint = by.complaint(check);
            if (complaint == null) {
                why = check.getFirst() + " is not installed";
            } else if (complaint.isEmpty()) {
                words.add(String.join(" ", check) + ": sound");
            } else {
                return told(String.join(" ", check) + " does not take it:", complaint.lines());
            }
        }
        if (why.isEmpty()) {
            return List.of();
        }
        Reading after = Reading.of(anew.get(), files);
        List<String> worse = after.worseThan(before);
        if (!worse.isEmpty()) {
            return told("read again by Holdfast, it is broken:", worse.stream());
        }
        for (String file : files) {
            words.add(file + ": "
                    + (after.seen().contains(file) ? why + "; read again by Holdfast: sound" : "not checked: " + why));
        }
        return List.of();
    }

    private static List<String> told(String first, Stream<String> lines) {
        return Stream.concat(Stream.of(first), lines.limit(20).map(l -> "  " + unsaid(l)))
                .toList();
    }

    /** A checker repeats the line that it does not like; what follows a password may be the rest of it. */
    private static String unsaid(String line) {
        return Notes.masked(line).replaceFirst("\\*\\*\\*.*", "***");
    }

    private static void undo(List<Replaced> done, List<String> said) {
        for (Replaced r : done.reversed()) {
            try {
                r.undo();
                said.add(r.file() + ": put back as it was");
            } catch (IOException e) {
                said.add(r.file() + ": could not be put back (" + e.getMessage() + "): what it was is " + r.kept());
            }
        }
    }
}
