package dev.holdfast.log;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * gzip files (RFC 1952) that remember, in an extra field {@code HF}, which file they were: a reader that had just read
 * that one finds its place again.
 */
final class Packed {
    private static final int FEXTRA = 4;
    private static final byte[] FIELD = {'H', 'F', 8, 0};
    private static final int HEADER = 12 + 4 + 8;

    private Packed() {}

    /** @param inode of the file that {@code in} reads */
    static void write(InputStream in, long inode, Path to) throws IOException {
        var deflater = new Deflater(Deflater.BEST_SPEED + 2, true);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(to))) {
            ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
            header.put(new byte[] {0x1f, (byte) 0x8b, 8, FEXTRA, 0, 0, 0, 0, 0, 3});
            header.putShort((short) 12).put(FIELD).putLong(inode);
            out.write(header.array(), 0, HEADER);
            var crc = new CRC32();
            long size = 0;
            var body = new DeflaterOutputStream(out, deflater, 32 << 10);
            byte[] block = new byte[64 << 10];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                crc.update(block, 0, n);
                size += n;
                body.write(block, 0, n);
            }
            body.finish();
            ByteBuffer end = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            end.putInt((int) crc.getValue()).putInt((int) size);
            out.write(end.array(), 0, 8);
        } finally {
            deflater.end();
        }
    }

    /** Which file it was; -1 when it does not say. */
    static long inode(Path file) throws IOException {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), HEADER))) {
            byte[] header = in.readNBytes(HEADER);
            if (header.length < HEADER
                    || (header[3] & FEXTRA) == 0
                    || !java.util.Arrays.equals(header, 12, 16, FIELD, 0, FIELD.length)) {
                return -1;
            }
            return ByteBuffer.wrap(header, 16, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        }
    }
}
