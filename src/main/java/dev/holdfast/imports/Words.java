package dev.holdfast.imports;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Words of a command line without a shell, by POSIX quotes, as Python's shlex and Docker split them; references are not split. */
final class Words {
    private Words() {}

    /** Null: a quote is not closed. */
    static @Nullable List<String> of(String line) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            int reference = References.end(line, i);
            if (reference > i) {
                word.append(line, i, reference);
                begun = true;
                i = reference - 1;
                continue;
            }
            char c = line.charAt(i);
            boolean more = i + 1 < line.length();
            if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == '\'') {
                word.append(c);
            } else if (c == '\\' && more && (quote == 0 || "\"\\".indexOf(line.charAt(i + 1)) >= 0)) {
                word.append(line.charAt(++i));
                begun = true;
            } else if (quote == '"') {
                word.append(c);
            } else if (c == '\'' || c == '"') {
                quote = c;
                begun = true;
            } else if (Character.isWhitespace(c)) {
                if (begun) {
                    words.add(word.toString());
                    word.setLength(0);
                    begun = false;
                }
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (begun) {
            words.add(word.toString());
        }
        return quote == 0 ? words : null;
    }
}
