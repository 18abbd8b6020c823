package dev.holdfast.protect;

import dev.holdfast.unit.ByteSize;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as compose files have them: there {@code m} and {@code mb} are 1024 * 1024 bytes, unlike in ours. */
final class DockerSize {
    private static final Pattern FORM = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?) ?([kmgt]?)i?b?");

    private DockerSize() {}

    /** The shortest exact form. */
    static String of(ByteSize size) {
        String text = size.toString();
        return text.endsWith("i") ? text.substring(0, text.length() - 1).toLowerCase(Locale.ROOT) : text + "b";
    }

    /** Bytes; -1 when it is none, such as a variable. */
    static long parse(String text) {
        Matcher m = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!m.matches()) {
            return -1;
        }
        int shift = "kmgt".indexOf(m.group(2)) * 10 + 10;
        return new BigDecimal(m.group(1))
                .multiply(BigDecimal.valueOf(m.group(2).isEmpty() ? 1 : 1L << shift))
                .longValue();
    }
}
