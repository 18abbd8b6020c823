package dev.holdfast.log;

import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import java.io.IOException;
import java.util.List;

/** A file that rotates. What it cannot take wholly, it does not take. */
final class FileChannel implements Channel {
    private final LogFile file;
    private final LineWriter writer = new LineWriter();
    private final boolean json;
    private boolean reopen;

    FileChannel(LogFile file, boolean json) {
        this.file = file;
        this.json = json;
    }

    @Override
    public void send(List<Entry> lines) throws IOException {
        long coming = 0;
        for (Entry e : lines) {
            coming += e.length() + 128;
        }
        synchronized (this) {
            if (reopen) {
                file.close();
                reopen = false;
            }
        }
        Fd to = file.open(coming);
        long before = file.size();
        writer.begin();
        for (Entry e : lines) {
            byte[] line = json ? TextLine.json(e) : TextLine.of(e, true, false);
            writer.bytes(to, line, 0, line.length);
        }
        writer.flush(to);
        if (writer.failure() != 0) {
            file.cutBack(before);
            file.close();
            throw new Errno("write", writer.failure());
        }
        file.grew(writer.written());
    }

    /** Before the next line. Thread-safe. */
    synchronized void reopen() {
        reopen = true;
    }

    @Override
    public void close() {
        file.close();
    }
}
