package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A pipe (pipe(7)) that a program prints into, however much: the first and the last of it are kept, what is between them is
 * read and forgotten. A program may open it by {@code /dev/stdout}, too, and sees no error at its reader's death. The
 * poller's thread's own.
 */
public final class Printout implements AutoCloseable {
    private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int AT_ONCE = 64 << 10;

    private final Poller poller;
    private final Fd reader;
    private final Fd program;
    private final NativeBuffer buffer = NativeBuffer.allocate(AT_ONCE);
    private final ByteArrayOutputStream first = new ByteArrayOutputStream();
    private final byte[] last;
    private final int half;
    private long printed;
    private boolean closed;

    private Printout(Poller poller, Fd reader, Fd program, int most) {
        this.poller = poller;
        this.reader = reader;
        this.program = program;
        this.half = most / 2;
        this.last = new byte[half];
    }

    /** @param most kept of it, in bytes */
    public static Printout of(int most, Poller poller) throws Errno {
        NativeBuffer two = NativeBuffer.scratch(8);
        check("pipe2", Syscall.PIPE2.call(two.address(), NONBLOCK_CLOEXEC));
        var reader = new Fd(two.bytes().getInt(0));
        new Fd(two.bytes().getInt(4)).close();
        Fd program = null;
        try {
            // Read-write: the death of the reader is not its SIGPIPE. And without O_NONBLOCK, which is the reader's
            // alone.
            program = Descriptors.open("/proc/self/fd/" + reader.number(), Descriptors.O_RDWR, 0);
            var printout = new Printout(poller, reader, program, most);
            poller.add(reader, Poller.READABLE, ready -> printout.read());
            return printout;
        } catch (Errno e) {
            reader.close();
            if (program != null) {
                program.close();
            }
            throw e;
        }
    }

    /** For the program; this one's to close. */
    public Fd fd() {
        return program;
    }

    /** A program of another user may open it by its name. */
    public void own(int uid, int gid) throws Errno {
        Handles.own(program, uid, gid);
    }

    /** As much as is there, at most so much that others have their turn. */
    private int read() {
        int n = closed ? 0 : Descriptors.read(reader, buffer, 0, AT_ONCE);
        if (n > 0) {
            var bytes = new byte[n];
            buffer.bytes().get(0, bytes);
            take(bytes);
        }
        return n;
    }

    private void take(byte[] bytes) {
        int head = Math.clamp((long) half - first.size(), 0, bytes.length);
        first.write(bytes, 0, head);
        for (int i = Math.max(head, bytes.length - half); i < bytes.length; i++) {
            last[(int) ((printed + i - half) % half)] = bytes[i];
        }
        printed += bytes.length;
    }

    /** What was printed so far, as UTF-8; where something is left out there is a line that says so. */
    public String text() {
        for (int turn = 0; turn < 16 && read() > 0; turn++) {
            // what was still in the pipe
        }
        int more = (int) Math.min(half, Math.max(0, printed - half));
        var tail = new byte[more];
        for (int i = 0; i < more; i++) {
            tail[i] = last[(int) ((printed - more + i - half) % half)];
        }
        String between = printed > 2L * half ? "\n… " + (printed - 2L * half) + " bytes …\n" : "";
        if (between.isEmpty()) {
            var whole = new ByteArrayOutputStream();
            whole.writeBytes(first.toByteArray());
            whole.writeBytes(tail);
            return whole.toString(StandardCharsets.UTF_8);
        }
        return first.toString(StandardCharsets.UTF_8) + between + new String(tail, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            poller.remove(reader);
            reader.close();
            program.close();
        }
    }
}
