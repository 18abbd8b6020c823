package dev.holdfast.config;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/** Command lines as they may be kept and shown: bounded, and without what is most likely a secret. */
public final class Redacted {
    private static final int LONGEST = 400;
    private static final String MARK = "[redacted]";
    private static final String WITHHELD = "(not shown)";
    /** Of what stands before an argument so much is looked at, and so much of the argument with it. */
    private static final int BEFORE = 200;

    private static final int BEGINNING = 60;
    private static final Pattern NAME = Pattern.compile("(?i)pass|pwd|token|secret|key|credential|auth|cookie");
    private static final List<Pattern> SECRETS = List.of(
            // as of the environment: whatever has such a part in its name
            Pattern.compile("(?i)([a-z0-9_.-]*(?:pass|pwd|token|secret|key|credential|auth)[a-z0-9_.-]*=)[^\\s]+"),
            Pattern.compile(
                    "(?i)([a-z0-9_.-]*(?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|auth[-_]?key|credential|"
                            + "private[-_]?key|access[-_]?key|authorization|cookie)[a-z0-9_.-]*"
                            + "(?:[\"']?\\s*:\\s*[\"']?|\\s+))(?:(?:bearer|basic|token)\\s+)?[^\\s,;&\"']+"),
            Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*://[^\\s/@:]*:)[^\\s@]+(?:@[^\\s/@]+)*(?:@)"),
            Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*://)[^\\s/@:]+@"),
            Pattern.compile(
                    "((?:^|[\\s/])(?:mysql|mariadb|mysqldump|mariadb-dump|mysqladmin|sshpass)\\s(?:.*\\s)?-p)[^\\s]+"),
            Pattern.compile("((?:^|[\\s/])sshpass\\s(?:.*\\s)?-p\\s+)[^\\s]+"),
            Pattern.compile("((?:^|[\\s/])(?:redis-cli|valkey-cli)\\s(?:.*\\s)?(?:-a|--pass)\\s+)[^\\s]+"),
            Pattern.compile("((?:^|\\s)(?:-u\\s*|--user[\\s=]+)[^\\s:]+:)[^\\s]+"));

    private Redacted() {}

    /** Whether what has this name, such as a variable of the environment, is most likely a secret. */
    static boolean names(String name) {
        return NAME.matcher(name).find();
    }

    /**
     * Argument by argument. One is withheld when only what stands before it makes a secret of it: behind an option whose
     * name says so ({@code --token abc}), or behind one that means a password to the program ({@code redis-cli -a abc}).
     */
    static List<String> argv(List<String> argv) {
        var shown = new ArrayList<String>();
        var before = new StringBuilder();
        for (String argument : argv) {
            String alone = of(argument);
            shown.add(isSecretBehind(before.toString(), argument) ? WITHHELD : alone);
            before.append(argument).append(' ');
            before.delete(0, Math.max(0, before.length() - BEFORE));
        }
        return shown;
    }

    private static boolean isSecretBehind(String before, String argument) {
        int option = before.lastIndexOf(' ', before.length() - 2) + 1;
        String last = before.stripTrailing()
                .substring(Math.min(option, before.stripTrailing().length()));
        if (last.startsWith("-") && last.indexOf('=') < 0 && names(last)) {
            return true;
        }
        String beginning = argument.length() <= BEGINNING ? argument : argument.substring(0, BEGINNING);
        return !of(before + beginning).endsWith(of(beginning));
    }

    public static String of(String command) {
        String text = command.length() > 4 * LONGEST ? command.substring(0, 4 * LONGEST) : command;
        for (Pattern p : SECRETS) {
            text = p.matcher(text).replaceAll("$1" + MARK);
        }
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }
}
