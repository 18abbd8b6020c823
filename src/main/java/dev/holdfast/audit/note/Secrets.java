package dev.holdfast.audit.note;

import java.util.List;
import java.util.regex.Pattern;

/** Passwords in lines of configurations and commands: reports go to mails, tickets and CI logs. */
final class Secrets {
    static final String HIDDEN = "***";

    private static final Pattern NAMES =
            Pattern.compile("(?i)passw(or)?d|passphrase|secret|token|api_?key|requirepass|masterauth|sst_auth"
                    + "|_pwd(?![a-z])|[_.]pw(?![a-z])|_pass(?![a-z])|rediscli_auth");

    /** Quoted, perhaps cut before its end, or one word. */
    private static final String VALUE = "(?:\"[^\"]*(?:\"|$)|'[^']*(?:'|$)|[^\\s\"',;]+)";

    /** Group 1 stays, and what follows it is hidden. */
    private static final List<Pattern> PLACES = List.of(
            Pattern.compile("(?i)([\\w.-]{0,40}(?:" + NAMES.pattern() + ")[\\w.-]{0,40}\\]?[\"']?\\s{0,9}[=:]\\s{0,9})"
                    + VALUE),
            Pattern.compile("(?i)([?&]auth=)[^\\s&\"',;]+"),
            Pattern.compile(
                    "(?i)((?:--[\\w-]{0,40}(?:password|passphrase|secret|token|api-?key)|\\brequirepass|\\bmasterauth)"
                            + "\\s{1,9})" + VALUE),
            Pattern.compile("(\\w://[^\\s:/@]{0,80}:)[^\\s@/]+(?=@|$)"),
            Pattern.compile("(\\b(?:mysql|mariadb)[\\w-]*\\b[^|;&]*?\\s-p)" + VALUE),
            Pattern.compile("(\\b(?:redis-cli\\b[^|;&]*?\\s-a|sshpass\\s+-p)\\s*)" + VALUE),
            Pattern.compile("(\\s(?:-u|--user)[ =]?[\"']?[^\\s:\"']{1,80}:)[^\\s\"']+"),
            Pattern.compile("(?i)(authorization:\\s*(?:\\w+\\s+)?)[^\\s\"']+"));

    private Secrets() {}

    /** @param text not long */
    static String hidden(String text) {
        String bare = text;
        for (Pattern place : PLACES) {
            var matcher = place.matcher(bare);
            bare = matcher.replaceAll(m -> java.util.regex.Matcher.quoteReplacement(m.group(1) + HIDDEN));
        }
        return bare;
    }

    static boolean named(String name) {
        return NAMES.matcher(name).find();
    }
}
