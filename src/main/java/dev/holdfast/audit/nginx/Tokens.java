package dev.holdfast.audit.nginx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Splits a file as ngx_conf_read_token does. */
final class Tokens {
    enum Kind {
        WORD,
        END,
        OPEN,
        CLOSE,
        BROKEN
    }

    /** @param line from 1, where it begins */
    record Token(Kind kind, String text, int line) {}

    private final List<String> lines;
    private int line;
    private int at;

    Tokens(List<String> lines) {
        this.lines = lines;
    }

    /** Null at the end. */
    @Nullable
    Token next() {
        while (line < lines.size()) {
            String text = lines.get(line);
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            if (at >= text.length() || text.charAt(at) == '#') {
                line++;
                at = 0;
                continue;
            }
            int here = line + 1;
            char c = text.charAt(at);
            return switch (c) {
                case ';' -> sign(Kind.END, here);
                case '{' -> sign(Kind.OPEN, here);
                case '}' -> sign(Kind.CLOSE, here);
                case '"', '\'' -> quoted(c, here);
                default -> word(text, here);
            };
        }
        return null;
    }

    private Token sign(Kind kind, int here) {
        at++;
        return new Token(kind, "", here);
    }

    private Token word(String text, int here) {
        int start = at;
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean variable = c == '{' && at > start && text.charAt(at - 1) == '$';
            if (Character.isWhitespace(c) || c == ';' || (c == '{' && !variable)) {
                break;
            }
            at += c == '\\' && at + 1 < text.length() ? 2 : 1;
        }
        return new Token(Kind.WORD, text.substring(start, at), here);
    }

    /** Quotes may span lines. */
    private Token quoted(char quote, int here) {
        at++;
        var word = new StringBuilder();
        for (; line < lines.size(); line++, at = 0) {
            String text = lines.get(line);
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == quote) {
                    at++;
                    return new Token(Kind.WORD, word.toString(), here);
                }
                if (c == '\\' && at + 1 < text.length()) {
                    at++;
                    c = text.charAt(at);
                }
                word.append(c);
            }
            word.append('\n');
        }
        return new Token(Kind.BROKEN, "", here);
    }

    /** After its opening: what is inside is another language. */
    void skipBlock() {
        int depth = 1;
        for (; line < lines.size(); line++, at = 0) {
            String text = lines.get(line);
            for (; at < text.length(); at++) {
                depth += text.charAt(at) == '{' ? 1 : text.charAt(at) == '}' ? -1 : 0;
                if (depth == 0) {
                    at++;
                    return;
                }
            }
        }
    }
}
