package dev.holdfast.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of the documentation as its fenced blocks. What follows a block's language are marks, {@code name} or
 * {@code name=value}; CONTRIBUTING.md says what each means.
 */
record Page(Path file, List<Block> blocks) {
    private static final Pattern FENCE = Pattern.compile("^( *)(`{3,})(.*)$");
    private static final Pattern BESIDE = Pattern.compile("^ *<!-- beside: (.*) -->$");
    private static final Pattern LIST = Pattern.compile("^ *([-*]|\\d+\\.) .*");
    private static final Set<String> MARKS =
            Set.of("name", "of", "in-background", "until", "numbers-vary", "needs", "not-here", "tested-by");

    /** Whose lines are commands. */
    private static final Set<String> SHELLS = Set.of("console", "sh", "bash", "shell", "zsh");

    /**
     * @param line of the fence, from 1
     * @param language the first word behind the fence; may be empty
     * @param beside what a fragment of a configuration needs beside itself, from comments above the block
     */
    record Block(int line, String language, Map<String, String> marks, List<String> beside, List<String> lines) {
        boolean commands() {
            return SHELLS.contains(language);
        }

        boolean has(String mark) {
            return marks.containsKey(mark);
        }

        String mark(String mark) {
            return marks.getOrDefault(mark, "");
        }

        String text() {
            return String.join("\n", lines) + "\n";
        }
    }

    static Page read(Path file) throws IOException {
        return of(file, Files.readAllLines(file));
    }

    /** @throws IllegalArgumentException what is wrong with the page, with its line */
    static Page of(Path file, List<String> lines) {
        var blocks = new ArrayList<Block>();
        var beside = new ArrayList<String>();
        boolean list = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            Matcher fence = FENCE.matcher(line);
            Matcher with = BESIDE.matcher(line);
            if (fence.matches()) {
                int first = i;
                String indent = fence.group(1);
                String end = indent + fence.group(2);
                var inside = new ArrayList<String>();
                while (++i < lines.size() && !lines.get(i).stripTrailing().equals(end)) {
                    inside.add(
                            lines.get(i).startsWith(indent) ? lines.get(i).substring(indent.length()) : lines.get(i));
                }
                if (i == lines.size()) {
                    throw wrong(file, first + 1, "a block that does not end");
                }
                blocks.add(block(file, first + 1, fence.group(3).strip(), List.copyOf(beside), List.copyOf(inside)));
                beside.clear();
            } else if (with.matches()) {
                beside.add(with.group(1));
            } else if (line.startsWith("    ") && !line.isBlank() && !list) {
                throw wrong(file, i + 1, "a block by indentation: say by a fence what it is");
            } else if (!line.isBlank()) {
                list = LIST.matcher(line).matches() || (list && line.startsWith(" "));
            }
        }
        return new Page(file, List.copyOf(blocks));
    }

    private static Block block(Path file, int line, String info, List<String> beside, List<String> inside) {
        String[] words = info.split("\\s+", -1);
        Map<String, String> marks = new LinkedHashMap<>();
        for (int i = 1; i < words.length; i++) {
            String[] parts = words[i].split("=", 2);
            if (!MARKS.contains(parts[0])) {
                throw wrong(file, line, "\"" + words[i] + "\" is no mark of a block");
            }
            marks.put(parts[0], parts.length == 1 ? "" : parts[1]);
        }
        var block = new Block(line, words[0], Map.copyOf(marks), beside, inside);
        if (!block.commands() && inside.stream().anyMatch(l -> l.startsWith("$ "))) {
            throw wrong(file, line, "commands in a block that is no console");
        }
        return block;
    }

    static IllegalArgumentException wrong(Path file, int line, String what) {
        return new IllegalArgumentException(file + ":" + line + ": " + what);
    }
}
