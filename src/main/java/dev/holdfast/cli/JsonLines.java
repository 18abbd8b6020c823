package dev.holdfast.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Lines of UTF-8, of which none takes more memory than its bound. Not thread-safe. */
final class JsonLines {
    /** In bytes. */
    static final int LONGEST = 400_000;

    private final InputStream in;
    private long bytes;
    private long number;

    /**
     * @param number from 1
     * @param text empty when it is too long
     */
    record Line(long number, String text, boolean tooLong) {}

    JsonLines(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /** Those read so far. */
    long bytes() {
        return bytes;
    }

    /**
     * Null: there is none any more.
     *
     * @throws IOException also for what is no UTF-8
     */
    @Nullable
    Line next() throws IOException {
        var line = new ByteArrayOutputStream();
        boolean tooLong = false;
        int c = in.read();
        if (c < 0) {
            return null;
        }
        number++;
        for (; c >= 0 && c != '\n'; c = in.read()) {
            bytes++;
            tooLong = tooLong || line.size() >= LONGEST;
            if (!tooLong) {
                line.write(c);
            }
        }
        bytes++;
        return new Line(number, tooLong ? "" : text(line.toByteArray()), tooLong);
    }

    private String text(byte[] line) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("line " + number + " is not UTF-8", e);
        }
    }
}
