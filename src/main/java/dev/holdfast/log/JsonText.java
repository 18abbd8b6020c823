package dev.holdfast.log;

/** Whether bytes are JSON (RFC 8259), in one pass, without recursion. */
final class JsonText {
    private static final int DEPTH = 64; // a bit each says object or array

    private JsonText() {}

    /** One object in valid UTF-8 without line ends, at most 64 deep, nothing but spaces around it. */
    static boolean isObject(byte[] b, int offset, int length) {
        int end = offset + length;
        int i = space(b, offset, end);
        if (i == end || b[i] != '{') {
            return false;
        }
        long objects = 0;
        int depth = 0;
        boolean value = true; // a value is due; else what follows one
        while (i < end) {
            if (value) {
                if (b[i] == '{' || b[i] == '[') {
                    if (++depth > DEPTH) {
                        return false;
                    }
                    boolean object = b[i] == '{';
                    objects = objects << 1 | (object ? 1 : 0);
                    i = space(b, i + 1, end);
                    if (i < end && b[i] == (object ? '}' : ']')) {
                        value = false; // empty: it is closed below
                    } else if (object) {
                        i = key(b, i, end);
                    }
                } else {
                    i = scalar(b, i, end);
                    i = i < 0 ? -1 : space(b, i, end);
                    value = false;
                }
            } else if ((objects & 1) == 1 ? b[i] == '}' : b[i] == ']') {
                objects >>>= 1;
                depth--;
                i = space(b, i + 1, end);
                if (depth == 0) {
                    return i == end;
                }
            } else if (b[i] == ',') {
                i = space(b, i + 1, end);
                i = (objects & 1) == 1 ? key(b, i, end) : i;
                value = true;
            } else {
                return false;
            }
            if (i < 0) {
                return false;
            }
        }
        return false;
    }

    /** Where the value of a key begins; -1 for no key. */
    private static int key(byte[] b, int from, int end) {
        int i = from < end && b[from] == '"' ? string(b, from, end) : -1;
        i = i < 0 ? -1 : space(b, i, end);
        return i < 0 || i >= end || b[i] != ':' ? -1 : space(b, i + 1, end);
    }

    private static int scalar(byte[] b, int i, int end) {
        return switch (b[i]) {
            case '"' -> string(b, i, end);
            case 't' -> word(b, i, end, "true");
            case 'f' -> word(b, i, end, "false");
            case 'n' -> word(b, i, end, "null");
            default -> number(b, i, end);
        };
    }

    private static int word(byte[] b, int from, int end, String word) {
        if (end - from < word.length()) {
            return -1;
        }
        for (int i = 0; i < word.length(); i++) {
            if (b[from + i] != word.charAt(i)) {
                return -1;
            }
        }
        return from + word.length();
    }

    private static int number(byte[] b, int from, int end) {
        int i = from < end && b[from] == '-' ? from + 1 : from;
        int whole = digits(b, i, end);
        if (whole == i || (b[i] == '0' && whole > i + 1)) {
            return -1;
        }
        i = whole;
        if (i < end && b[i] == '.') {
            int fraction = digits(b, i + 1, end);
            if (fraction == i + 1) {
                return -1;
            }
            i = fraction;
        }
        if (i < end && (b[i] == 'e' || b[i] == 'E')) {
            int sign = i + 1 < end && (b[i + 1] == '+' || b[i + 1] == '-') ? i + 2 : i + 1;
            int exponent = digits(b, sign, end);
            return exponent == sign ? -1 : exponent;
        }
        return i;
    }

    private static int digits(byte[] b, int from, int end) {
        int i = from;
        while (i < end && b[i] >= '0' && b[i] <= '9') {
            i++;
        }
        return i;
    }

    private static int string(byte[] b, int from, int end) {
        int i = Scan.unplain(b, from + 1, end);
        while (i < end && b[i] != '"') {
            int n = b[i] == '\\' ? escape(b, i, end) : b[i] < 0 ? Utf8.character(b, i, end) : 0;
            if (n == 0) {
                return -1;
            }
            i = Scan.unplain(b, i + n, end);
        }
        return i < end ? i + 1 : -1;
    }

    private static int escape(byte[] b, int at, int end) {
        if (at + 1 >= end) {
            return 0;
        }
        return switch (b[at + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> 2;
            case 'u' -> {
                for (int i = at + 2; i < at + 6; i++) {
                    if (i >= end || Character.digit(b[i], 16) < 0) {
                        yield 0;
                    }
                }
                yield 6;
            }
            default -> 0;
        };
    }

    private static int space(byte[] b, int from, int end) {
        int i = from;
        while (i < end && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r')) {
            i++;
        }
        return i;
    }
}
