package dev.holdfast.log;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Standard output or error. */
final class StandardChannel implements Channel {
    private final OutputStream out;
    private final boolean json;
    private final boolean terminal;

    /** @param terminal whether it is one, which must not obey what programs print */
    StandardChannel(OutputStream out, boolean json, boolean terminal) {
        this.out = new BufferedOutputStream(out, 64 << 10);
        this.json = json;
        this.terminal = terminal;
    }

    @Override
    public void send(List<Entry> lines) throws IOException {
        for (Entry e : lines) {
            out.write(json ? TextLine.json(e) : TextLine.of(e, false, terminal));
        }
        out.flush();
    }

    @Override
    public void close() {}
}
