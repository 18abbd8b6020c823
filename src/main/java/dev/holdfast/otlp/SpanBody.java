package dev.holdfast.otlp;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** Spans as an ExportTraceServiceRequest (opentelemetry/proto/trace/v1/trace.proto). */
final class SpanBody {
    private static final int TRACE_ID = 1;
    private static final int SPAN_ID = 2;
    private static final int PARENT = 4;
    private static final int NAME = 5;
    private static final int KIND = 6;
    private static final int START = 7;
    private static final int END = 8;
    private static final int ATTRIBUTES = 9;
    private static final int STATUS = 15;
    private static final int FLAGS = 16;

    /** Sampled; whether the parent is another's is known: it is not. */
    private static final int SAMPLED_AND_OURS = 0x101;

    private SpanBody() {}

    static byte[] of(List<Span> spans, Origin origin) {
        Protobuf scope = origin.scope();
        spans.forEach(s -> scope.message(2, of(s)));
        return new Protobuf().message(1, origin.around(scope)).toBytes();
    }

    private static Protobuf of(Span s) {
        HexFormat hex = HexFormat.of();
        var of = new Protobuf()
                .bytes(TRACE_ID, hex.parseHex(s.context().trace()))
                .bytes(SPAN_ID, hex.parseHex(s.context().span()));
        String above = s.above();
        if (above != null) {
            of.bytes(PARENT, hex.parseHex(above));
        }
        of.text(NAME, s.name())
                .number(KIND, s.kind().number())
                .fixed(START, nanos(s.start()))
                .fixed(END, nanos(s.end().isBefore(s.start()) ? s.start() : s.end()));
        s.attributes().forEach((key, value) -> Origin.attribute(of, ATTRIBUTES, key, value));
        var status = new Protobuf();
        if (s.status() == Span.Status.ERROR) { // words of any other status are ignored
            status.text(2, s.words());
        }
        status.number(3, s.status().number());
        of.message(STATUS, status);
        return of.fixed32(FLAGS, SAMPLED_AND_OURS);
    }

    /** Since 1970. */
    static long nanos(Instant at) {
        return at.getEpochSecond() * 1_000_000_000L + at.getNano();
    }
}
