package dev.holdfast.otlp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * One message as protobuf writes it (protobuf.dev/programming-guides/encoding). What is its type's default is left out but
 * where presence counts. Not thread-safe.
 */
final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

    /** An int32, int64, uint32, enum or bool that is not negative. */
    Protobuf number(int field, long value) {
        if (value != 0) {
            oneOfNumber(field, value);
        }
        return this;
    }

    /** Also when it is 0: of a oneof, or optional. Negative ones take ten bytes, as int64 has it. */
    Protobuf oneOfNumber(int field, long value) {
        tag(field, VARINT);
        varint(value);
        return this;
    }

    /** A fixed64 or sfixed64. */
    Protobuf fixed(int field, long value) {
        if (value != 0) {
            oneOfFixed(field, value);
        }
        return this;
    }

    /** Also when it is 0. */
    Protobuf oneOfFixed(int field, long value) {
        tag(field, FIXED64);
        little(value, Long.SIZE);
        return this;
    }

    Protobuf fixed32(int field, int value) {
        tag(field, FIXED32);
        little(value, Integer.SIZE);
        return this;
    }

    /** Also when it is 0: of a oneof, or optional. */
    Protobuf oneOfDouble(int field, double value) {
        return oneOfFixed(field, Double.doubleToRawLongBits(value));
    }

    Protobuf text(int field, String value) {
        return value.isEmpty() ? this : oneOfText(field, value);
    }

    /** Also when it is empty. */
    Protobuf oneOfText(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Protobuf bytes(int field, byte[] value) {
        tag(field, LENGTH);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    Protobuf message(int field, Protobuf inner) {
        tag(field, LENGTH);
        varint(inner.out.size());
        inner.copyTo(this);
        return this;
    }

    /** A repeated fixed64. */
    Protobuf packedFixed(int field, Collection<Long> values) {
        if (!values.isEmpty()) {
            tag(field, LENGTH);
            varint((long) values.size() * Long.BYTES);
            values.forEach(v -> little(v, Long.SIZE));
        }
        return this;
    }

    /** A repeated double. */
    Protobuf packedDoubles(int field, Collection<Double> values) {
        return packedFixed(
                field, values.stream().map(Double::doubleToRawLongBits).toList());
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    private void copyTo(Protobuf outer) {
        outer.out.writeBytes(out.toByteArray());
    }

    private void tag(int field, int wire) {
        varint((long) field << 3 | wire);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private void little(long value, int bits) {
        for (int shift = 0; shift < bits; shift += Byte.SIZE) {
            out.write((int) (value >>> shift));
        }
    }
}
