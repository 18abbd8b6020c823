package dev.holdfast.config;

/**
 * A file mode or umask.
 *
 * @param bits 0 to 07777
 */
record Octal(int bits) {
    static Octal parse(String text) {
        if (!text.matches("[0-7]{1,5}")) {
            throw new IllegalArgumentException("an octal mode has digits 0 to 7, such as \"022\"");
        }
        int bits = Integer.parseInt(text, 8);
        if (bits > 07777) {
            throw new IllegalArgumentException("an octal mode is at most 7777");
        }
        return new Octal(bits);
    }
}
