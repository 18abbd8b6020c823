package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual out of what {@code --help} says of each command, and out of the reference of the configuration. */
final class ManualPages {
    private static final String FILE = "holdfast.yaml";
    private static final Pattern LINK = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");

    private final String version;
    private final SortedMap<String, String> pages = new TreeMap<>();

    private ManualPages(String version) {
        this.version = version;
    }

    /**
     * Pages by file name, such as holdfast-status.1, each with the commands below it on pages of their own.
     *
     * @param reference of the configuration, in Markdown as {@link dev.holdfast.config.Reference} writes it
     */
    static SortedMap<String, String> of(CommandSpec root, String reference, String version) {
        var manual = new ManualPages(version);
        manual.command(root);
        manual.pages.put(FILE + ".5", manual.configuration(reference));
        return manual.pages;
    }

    private void command(CommandSpec spec) {
        String name = page(spec);
        var usage = spec.usageMessage();
        String[] said = usage.description();
        var page = new Roff(name, 1, version)
                .heading("Name")
                .paragraph(name + " - " + firstSentence(said.length == 0 ? name : said[0]))
                .heading("Synopsis")
                .paragraph(synopsis(spec))
                .heading("Description");
        for (String paragraph : said) {
            page.paragraph(plain(paragraph));
        }
        List<CommandSpec> below = visible(spec);
        if (!below.isEmpty()) {
            page.heading("Commands");
            below.forEach(c -> page.item(page(c) + "(1)", plain(c.usageMessage().description()[0])));
        }
        List<PositionalParamSpec> parameters =
                spec.positionalParameters().stream().filter(p -> !p.hidden()).toList();
        List<OptionSpec> options = spec.options().stream()
                .filter(o -> !o.hidden())
                .sorted(Comparator.comparing(o -> o.longestName().replaceFirst("^-+", "")))
                .toList();
        if (!parameters.isEmpty()) {
            page.heading("Parameters");
            parameters.forEach(p -> page.item(p.paramLabel(), plain(String.join(" ", p.description()))));
        }
        if (!options.isEmpty()) {
            page.heading("Options");
            options.forEach(o -> page.item(written(o), plain(String.join(" ", o.description()))));
        }
        if (!usage.exitCodeList().isEmpty()) {
            page.heading("Exit status");
            usage.exitCodeList().forEach((code, meaning) -> page.item(code, plain(meaning)));
        }
        examples(page, usage.footer());
        pages.put(name + ".1", page.seeAlso(related(spec, below)).toString());
        below.forEach(this::command);
    }

    /** A footer is examples, and after an empty line what else there is to say. */
    private static void examples(Roff page, String[] footer) {
        var lines = new ArrayList<String>();
        for (String line : footer) {
            if (line.startsWith("Example")) {
                page.heading("Examples");
            } else if (!line.isBlank()) {
                lines.add(plain(line).strip());
            }
        }
        if (!lines.isEmpty()) {
            page.verbatim(lines);
        }
    }

    private static List<String> related(CommandSpec spec, List<CommandSpec> below) {
        Stream<String> above = spec.parent() == null ? Stream.of() : Stream.of(page(spec.parent()) + "(1)");
        return Stream.of(above, below.stream().map(c -> page(c) + "(1)"), Stream.of(FILE + "(5)"))
                .flatMap(s -> s)
                .toList();
    }

    private static List<CommandSpec> visible(CommandSpec spec) {
        return spec.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(c -> !c.usageMessage().hidden())
                .distinct()
                .toList();
    }

    private static String page(CommandSpec spec) {
        return spec.qualifiedName("-");
    }

    private static String synopsis(CommandSpec spec) {
        return new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF))
                .synopsis(0)
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static String written(OptionSpec option) {
        String names = String.join(
                ", ",
                Arrays.stream(option.names())
                        .sorted(Comparator.comparingInt(String::length))
                        .toList());
        return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
    }

    /** The first sentence, as the index of all pages has it. */
    static String firstSentence(String text) {
        String plain = plain(text);
        int end = plain.indexOf(". ");
        String sentence = (end < 0 ? plain : plain.substring(0, end)).replaceFirst("\\.$", "");
        return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }

    /** What picocli shows: it formats what it is given. */
    private static String plain(String text) {
        return Help.Ansi.OFF.string(text.formatted());
    }

    private String configuration(String reference) {
        var page = new Roff(FILE, 5, version)
                .heading("Name")
                .paragraph(FILE + " - the configuration of Holdfast")
                .heading("Description");
        for (String block : reference.split("\n\n+", -1)) {
            String text = block.strip();
            if (text.startsWith("# ")) {
                continue;
            }
            if (text.startsWith("## ")) {
                page.heading(text.substring(3));
            } else if (text.startsWith("|")) {
                text.lines().skip(2).forEach(row -> row(page, row));
            } else if (!text.startsWith("Generated by")) {
                page.paragraph(words(text));
            }
        }
        return page.heading("Files")
                .item("/etc/holdfast/holdfast.yaml", "what the daemon reads when it is not told another file")
                .seeAlso(List.of("holdfast(1)", "holdfast-check(1)", "holdfast-schema(1)", "holdfast-up(1)"))
                .toString();
    }

    /** Of two columns, or of four: key, type, default, meaning. */
    private static void row(Roff page, String row) {
        List<String> cells = Arrays.stream(row.split("(?<!\\\\)\\|", 0))
                .skip(1)
                .map(ManualPages::words)
                .toList();
        if (cells.size() < 4) {
            page.item(cells.getFirst(), cells.getLast());
            return;
        }
        String otherwise =
                cells.get(2).isEmpty() || cells.get(2).equals("required") ? cells.get(2) : "else " + cells.get(2);
        String type = cells.get(1) + (otherwise.isEmpty() ? "" : ", " + otherwise);
        page.item(cells.getFirst(), cells.get(3) + " (" + type + ")");
    }

    private static String words(String markdown) {
        Matcher link = LINK.matcher(markdown);
        return link.replaceAll(m -> Matcher.quoteReplacement(m.group(1)))
                .replace("`", "")
                .replace("*required*", "required")
                .replace("\\|", "|")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
