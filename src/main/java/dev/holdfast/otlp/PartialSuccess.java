package dev.holdfast.otlp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a collector that took a request says of it: {@code partial_success}, the same of metrics and traces. */
final class PartialSuccess {
    private static final int LONGEST_WORDS = 200;
    private static final int PARTIAL_SUCCESS = 1;
    private static final int REJECTED = 1;
    private static final int WORDS = 2;

    private long rejected;
    private String words = "";

    private PartialSuccess() {}

    /** Of what is damaged as far as it was understood: the status has said that it was taken. */
    static Answer.Taken of(byte[] body) {
        var said = new PartialSuccess();
        try {
            said.outer(ByteBuffer.wrap(body));
        } catch (RuntimeException damaged) { // a buffer that ends, or a length that is none
            return new Answer.Taken(said.rejected, said.words);
        }
        return new Answer.Taken(said.rejected, said.words);
    }

    private void outer(ByteBuffer in) {
        while (in.hasRemaining()) {
            long tag = varint(in);
            ByteBuffer value = value(in, tag);
            if (tag >>> 3 == PARTIAL_SUCCESS && (tag & 7) == 2) {
                inner(value);
            }
        }
    }

    private void inner(ByteBuffer in) {
        while (in.hasRemaining()) {
            long tag = varint(in);
            ByteBuffer value = value(in, tag);
            if (tag >>> 3 == REJECTED && (tag & 7) == 0) {
                rejected = Math.max(0, varint(value));
            } else if (tag >>> 3 == WORDS && (tag & 7) == 2) {
                String text = StandardCharsets.UTF_8.decode(value).toString();
                String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
                words = line.length() <= LONGEST_WORDS ? line : line.substring(0, LONGEST_WORDS - 1) + "…";
            }
        }
    }

    /** What belongs to the tag. */
    private static ByteBuffer value(ByteBuffer in, long tag) {
        int begin = in.position();
        int length = switch ((int) (tag & 7)) {
            case 0 -> {
                varint(in);
                int n = in.position() - begin;
                in.position(begin);
                yield n;
            }
            case 1 -> Long.BYTES;
            case 2 -> Math.toIntExact(varint(in));
            case 5 -> Integer.BYTES;
            default -> throw new IllegalArgumentException("no wire type of proto3");
        };
        ByteBuffer value = in.slice(in.position(), length);
        in.position(in.position() + length);
        return value;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte b = in.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("no varint");
    }
}
