package dev.holdfast.audit.nginx;

import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Reads nginx's files into directives in their order, blocks told by their paths. */
final class ConfigurationReader {
    private static final int DEEPEST = 64;
    private static final int MOST_INCLUDES = 2_000;

    private final Notes notes;
    private final String prefix;
    private final List<Directive> directives = new ArrayList<>();
    private final ArrayDeque<Integer> open = new ArrayDeque<>(List.of(0));
    private int blocksSeen;
    private int includes;
    private boolean endless;

    private ConfigurationReader(Notes notes, String prefix) {
        this.notes = notes;
        this.prefix = prefix;
    }

    /** @param file the main one; others are relative to its directory */
    static List<Directive> read(Notes notes, String file) {
        var reader = new ConfigurationReader(notes, file.substring(0, file.lastIndexOf('/') + 1));
        reader.file(file, new ArrayList<>(), 0);
        return reader.directives;
    }

    private void file(String file, List<String> blocks, int depth) {
        var tokens = new Tokens(notes.lines(file));
        int outside = blocks.size();
        var words = new ArrayList<String>();
        int begun = 0;
        for (Tokens.Token t = tokens.next(); t != null && !endless; t = tokens.next()) {
            var site = new Site(file, t.line());
            switch (t.kind()) {
                case WORD -> {
                    begun = words.isEmpty() ? t.line() : begun;
                    words.add(t.text());
                }
                case END -> {
                    statement(words, new Site(file, begun == 0 ? t.line() : begun), blocks, depth);
                    words.clear();
                }
                case OPEN -> {
                    if (words.isEmpty() || blocks.size() >= DEEPEST) {
                        notes.broken(site, words.isEmpty() ? "opens a block without a name" : "nests too deep", "");
                        return;
                    }
                    add(words, new Site(file, begun), blocks);
                    blocks.add(words.getFirst());
                    open.push(++blocksSeen);
                    if (words.getFirst().endsWith("_by_lua_block")) {
                        tokens.skipBlock();
                        blocks.removeLast();
                        open.pop();
                    }
                    words.clear();
                }
                case CLOSE -> {
                    if (blocks.size() == outside || !words.isEmpty()) {
                        notes.broken(site, "closes a block too early; nginx does not start", String.join(" ", words));
                        return;
                    }
                    blocks.removeLast();
                    open.pop();
                }
                case BROKEN -> {
                    notes.broken(site, "has a quote that is not closed; nginx does not start", "");
                    return;
                }
            }
        }
        if (!endless && (!words.isEmpty() || blocks.size() > outside)) {
            notes.broken(
                    new Site(file, Math.max(1, notes.lines(file).size())),
                    words.isEmpty()
                            ? "ends inside of the block " + Notes.shown(blocks.getLast())
                            : "ends without ; after " + Notes.shown(String.join(" ", words)),
                    "");
        }
        while (blocks.size() > outside) {
            blocks.removeLast();
            open.pop();
        }
    }

    private void add(List<String> words, Site site, List<String> blocks) {
        directives.add(new Directive(
                String.join("/", blocks), open.getFirst(), words.getFirst(), words.subList(1, words.size()), site));
    }

    private void statement(List<String> words, Site site, List<String> blocks, int depth) {
        if (words.isEmpty()) {
            notes.broken(site, "has a ; with nothing before it; nginx does not start", "");
        } else if (words.getFirst().equals("include") && words.size() == 2) {
            include(words.get(1), site, blocks, depth);
        } else {
            add(words, site, blocks);
        }
    }

    private void include(String written, Site site, List<String> blocks, int depth) {
        String path = written.startsWith("/") ? written : prefix + written;
        boolean pattern = written.chars().anyMatch(c -> "*?[".indexOf(c) >= 0);
        List<String> files = pattern ? notes.glob(path) : List.of(path);
        for (String file : files) {
            if (depth >= DEEPEST || ++includes > MOST_INCLUDES) {
                notes.broken(site, "includes without end", written);
                endless = true;
                return;
            }
            if (!pattern && !notes.isFile(file)) {
                notes.add(Rules.MISSING.finding(
                        List.of(site),
                        Notes.shown(written),
                        site + " includes " + Notes.shown(file) + ", which is not there",
                        List.of("only a pattern with * may fit nothing"),
                        "nginx goes on with what it has, and does not start again: after a reboot there is no server.",
                        Fix.byHand("take the include out, or put the file back")));
            } else {
                file(file, blocks, depth + 1);
            }
        }
    }
}
