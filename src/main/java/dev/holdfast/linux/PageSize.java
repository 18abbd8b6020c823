package dev.holdfast.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Of this kernel, in bytes: 4096 on most machines, 16 or 64 KiB on some arm64 and others. It never changes. */
final class PageSize {
    private static final long AT_PAGESZ = 6;
    private static final long USUAL = 4096;

    static final long BYTES = read(Path.of("/proc/self/auxv"));

    private PageSize() {}

    private static long read(Path auxv) {
        try {
            return of(Files.readAllBytes(auxv));
        } catch (IOException hidden) {
            return USUAL;
        }
    }

    /** @param auxv pairs of native words: a key of getauxval(3), and its value */
    static long of(byte[] auxv) {
        ByteBuffer words = ByteBuffer.wrap(auxv).order(ByteOrder.nativeOrder());
        while (words.remaining() >= 2 * Long.BYTES) {
            long key = words.getLong();
            long value = words.getLong();
            if (key == AT_PAGESZ && value > 0) {
                return value;
            }
        }
        return USUAL;
    }
}
