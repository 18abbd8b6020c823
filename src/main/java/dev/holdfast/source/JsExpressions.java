package dev.holdfast.source;

import dev.holdfast.source.Tree.Code;
import dev.holdfast.source.Tree.Text;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The few expressions whose value can be told without running anything: names, {@code __dirname}, joined paths, products. */
final class JsExpressions {
    private static final Pattern JOINED = Pattern.compile(
            "(?:path\\.)?(?:join|resolve)\\(\\s*__dirname\\s*((?:,\\s*(?:'[^'\\\\]*'|\"[^\"\\\\]*\")\\s*)*+),?\\s*\\)");
    private static final Pattern ADDED = Pattern.compile("__dirname\\s*\\+\\s*(?:'([^'\\\\]*)'|\"([^\"\\\\]*)\")");
    private static final Pattern QUOTED = Pattern.compile("'([^']*)'|\"([^\"]*)\"");
    private static final Pattern PRODUCT = Pattern.compile("\\d[\\d_]{0,8}(?:\\s*\\*\\s*\\d[\\d_]{0,8}){1,5}");
    private static final Pattern INSERTED = Pattern.compile("\\$\\{([^{}]*)\\}");

    /** An alternative that is a name; what stands before it stays code. */
    private static final Pattern ALTERNATIVE =
            Pattern.compile("(process\\.env(?:\\.\\w+|\\[[^\\]]*\\])\\s*(?:\\|\\||\\?\\?)\\s*)([A-Za-z_$][\\w$]*)");

    private final Map<String, Tree> names;
    private final String directory;

    JsExpressions(Map<String, Tree> names, String directory) {
        this.names = names;
        this.directory = directory;
    }

    Tree value(String code, int line, int column) {
        Tree known = names.get(code);
        if (known != null) {
            return known;
        }
        Matcher alternative = ALTERNATIVE.matcher(code);
        if (alternative.matches()
                && names.get(alternative.group(2)) instanceof Text t
                && !t.none()
                && !t.value().matches("(?s).*['\\\\}].*")) {
            return new Code(alternative.group(1) + "'" + t.value() + "'", line, column);
        }
        String text = text(code);
        return text == null ? new Code(code, line, column) : new Text(text, line, column, false);
    }

    private @Nullable String text(String code) {
        if (PRODUCT.matcher(code).matches()) {
            BigDecimal product = BigDecimal.ONE;
            for (String factor : code.split("\\s*\\*\\s*", -1)) {
                product = product.multiply(new BigDecimal(factor.replace("_", "")));
            }
            return product.toPlainString();
        }
        if (directory.isEmpty()) {
            return null;
        }
        if (code.equals("__dirname") || code.equals("process.cwd()")) {
            return directory;
        }
        Matcher added = ADDED.matcher(code);
        if (added.matches()) {
            return directory + (added.group(1) != null ? added.group(1) : added.group(2));
        }
        Matcher joined = JOINED.matcher(code);
        if (!joined.matches()) {
            return null;
        }
        try {
            return joined(joined.group(1), code.contains("resolve("));
        } catch (InvalidPathException none) {
            return null;
        }
    }

    private String joined(String steps, boolean resolves) {
        Path path = Path.of(directory);
        Matcher part = QUOTED.matcher(steps);
        while (part.find()) {
            String step = part.group(1) != null ? part.group(1) : part.group(2);
            path = path.resolve(resolves ? step : step.replaceFirst("^/+", ""));
        }
        return path.normalize().toString();
    }

    /** A template whose insertions are all known; else code. */
    Tree template(String text, int line, int column) {
        Matcher m = INSERTED.matcher(text);
        var out = new StringBuilder();
        while (m.find()) {
            if (!(value(m.group(1).strip(), line, column) instanceof Text t)) {
                return new Code("`" + text + "`", line, column);
            }
            m.appendReplacement(out, Matcher.quoteReplacement(t.value()));
        }
        m.appendTail(out);
        return out.indexOf("${") >= 0
                ? new Code("`" + text + "`", line, column)
                : new Text(out.toString(), line, column, false);
    }

    /** A literal as JSON would write it; undefined is null. */
    static String number(String word) {
        if (word.equals("undefined")) {
            return "null";
        }
        if (word.matches("-?0[xX].*")) {
            String digits = word.replaceFirst("0[xX]", "");
            return digits.length() > 15 ? word : String.valueOf(Long.parseLong(digits, 16));
        }
        boolean exponent = word.matches("-?[\\d_.]+[eE][+-]?\\d{1,2}");
        return exponent ? new BigDecimal(word.replace("_", "")).toPlainString() : word.replace("_", "");
    }
}
