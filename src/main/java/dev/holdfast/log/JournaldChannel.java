package dev.holdfast.log;

import dev.holdfast.linux.UnixDatagram;
import dev.holdfast.unit.Level;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** systemd's journal, by its native protocol: a datagram of fields a line (systemd.io/JOURNAL_NATIVE_PROTOCOL). */
final class JournaldChannel implements Channel {
    /** Below a socket's usual send buffer; a line held by a stage is far shorter. */
    private static final int LARGEST = 160 << 10;

    private final Path path;
    private @Nullable UnixDatagram socket;

    JournaldChannel(Path path) {
        this.path = path;
    }

    @Override
    public void send(List<Entry> lines) throws IOException {
        UnixDatagram open = socket == null ? UnixDatagram.to(path.toString(), LARGEST) : socket;
        socket = open;
        for (Entry e : lines) {
            byte[] fields = fields(e);
            open.send(fields, fields.length);
        }
    }

    static byte[] fields(Entry e) {
        var out = new ByteArrayOutputStream(256 + e.length());
        Level level = e.level();
        field(out, "MESSAGE", e.text());
        field(out, "PRIORITY", Integer.toString((level == null ? Level.INFO : level).severity()));
        field(out, "SYSLOG_IDENTIFIER", e.source().process());
        field(out, "HOLDFAST_PROCESS", e.source().process());
        field(out, "HOLDFAST_REPLICA", Integer.toString(e.source().replica()));
        field(out, "HOLDFAST_STREAM", e.stderr() ? "stderr" : "stdout");
        if (!e.instance().isEmpty()) {
            field(out, "HOLDFAST_INSTANCE", e.instance());
        }
        e.source()
                .labels()
                .forEach((k, v) -> field(
                        out, "HOLDFAST_LABEL_" + k.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), v));
        return out.toByteArray();
    }

    private static void field(ByteArrayOutputStream out, String name, String value) {
        field(out, name, value.getBytes(StandardCharsets.UTF_8));
    }

    /** With its length in front, which any byte may follow. */
    private static void field(ByteArrayOutputStream out, String name, byte[] value) {
        out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        out.write('\n');
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value.length)
                .array());
        out.writeBytes(value);
        out.write('\n');
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
