package dev.holdfast.imports;

import dev.holdfast.source.Broken;
import dev.holdfast.source.JsLiteral;
import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Code;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import java.util.List;
import java.util.regex.Pattern;

/** pm2's ecosystem files, as JavaScript that is not run, JSON or YAML, and what it says of itself: which apps there are. */
final class Pm2 {
    private static final Pattern CHANGES = Pattern.compile("\\bexports\\b|\\.(?:push|unshift|splice)\\s*\\(");

    private Pm2() {}

    /**
     * @param environment such as {@code production}, whose {@code env_production} counts; empty: env alone
     * @throws Broken when it is none of the three, or has no apps
     */
    static Sheet read(String file, String text, Surroundings around, String environment) throws Broken {
        var sheet = new Sheet();
        Tree tree = isYaml(file, text)
                ? Tree.read(file, text, sheet::further)
                : JsLiteral.read(
                        file, text, around.directory(), (line, code) -> notRun(sheet, new Origin(file, line), code));
        List<Tree> written = apps(file, tree, sheet);
        List<Tree> apps = Pm2Running.are(written) ? Pm2Running.apps(written, file, sheet.head()) : written;
        var app = new Pm2App(sheet, file, around, environment);
        for (Tree one : apps) {
            switch (one) {
                case Table t -> app.turn(t);
                case Code c ->
                    sheet.head()
                            .left(
                                    new Origin(file, c.line()),
                                    "an app that is not known without running it: " + Shown.line(c.text()));
                case Text t -> throw new Broken(new Origin(file, t.line()), t.column() + 1, "an app has keys");
                case Items i -> throw new Broken(new Origin(file, i.line()), 1, "an app has keys");
            }
        }
        return sheet;
    }

    /** A statement; some change what is exported. */
    private static void notRun(Sheet sheet, Origin at, String code) {
        String told = "not run: " + Shown.line(code);
        if (CHANGES.matcher(code).find()) {
            sheet.head().left(at, told + ": what it does to the apps is missing here");
        } else {
            sheet.head().remark(at, told);
        }
    }

    private static boolean isYaml(String file, String text) {
        if (file.matches(".*\\.(ya?ml)")) {
            return true;
        }
        boolean script = file.matches(".*\\.([cm]?[jt]s|json5?)");
        return !script
                && !text.strip().matches("(?s)[\\[{/].*|.*(module\\.exports|export\\s+default|exports\\.default).*");
    }

    private static List<Tree> apps(String file, Tree tree, Sheet sheet) throws Broken {
        if (tree instanceof Items all) {
            return all.items();
        }
        if (!(tree instanceof Table top)) {
            throw new Broken(new Origin(file, tree.line()), 1, "apps is expected: a list of them");
        }
        Fields f = Fields.of(top, file, sheet.head(), "");
        Tree apps = f.take("apps", "pm2");
        if (apps == null && top.get("script") != null) {
            return List.of(top);
        }
        f.none("not carried over: deploying is not holdfast's", "deploy");
        f.rest();
        return switch (apps) {
            case Items all -> all.items();
            case Table one -> List.of(one);
            case Code c ->
                throw new Broken(
                        new Origin(file, c.line()),
                        c.column() + 1,
                        "apps is no literal, and nothing is run here: " + Shown.line(c.text()));
            case null, default ->
                throw new Broken(new Origin(file, tree.line()), 1, "apps is expected: a list of them");
        };
    }
}
