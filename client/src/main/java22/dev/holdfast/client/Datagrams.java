package dev.holdfast.client;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Unix datagrams by system calls, of Linux on x86-64 and aarch64. */
final class Datagrams {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
    private static final int LONGEST_PATH = 107; // unix(7): sun_path holds 108 with its end

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private Datagrams() {}

    /** Null: not on this kernel or processor. */
    static Notify.@Nullable Wire wire() {
        String cpu = System.getProperty("os.arch", "");
        boolean known = cpu.equals("amd64") || cpu.equals("aarch64");
        return known && System.getProperty("os.name", "").equals("Linux") ? Datagrams::send : null;
    }

    private static void send(String socket, byte[] message) throws IOException {
        byte[] name = socket.getBytes(StandardCharsets.UTF_8);
        if (name.length > LONGEST_PATH) {
            throw new Wires.Never(socket + " is longer than " + LONGEST_PATH + " bytes");
        }
        boolean named = socket.startsWith("@");
        if (named) {
            name[0] = 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            // A path ends with a NUL; an abstract name has exactly its length.
            MemorySegment address = arena.allocate(2L + name.length + (named ? 0 : 1), 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
            MemorySegment text = arena.allocate(Math.max(1, message.length));
            MemorySegment.copy(message, 0, text, ValueLayout.JAVA_BYTE, 0, message.length);
            MemorySegment captured = arena.allocate(CAPTURED);
            int fd = (int) Calls.SOCKET.invokeExact(captured, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            if (fd < 0) {
                throw failed("socket", captured);
            }
            try {
                long sent = (long) Calls.SENDTO.invokeExact(
                        captured, fd, text, (long) message.length, MSG_DONTWAIT_NOSIGNAL, address, (int)
                                address.byteSize());
                if (sent < 0) {
                    throw failed("sendto", captured);
                }
            } finally {
                int ignored = (int) Calls.CLOSE.invokeExact(fd); // nothing was written that could be lost
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static IOException failed(String call, MemorySegment captured) {
        int errno = (int) ERRNO.get(captured, 0L);
        String name = switch (errno) {
            case 2 -> "ENOENT: there is no such socket";
            case 11 -> "EAGAIN: its queue is full";
            case 13 -> "EACCES: this user may not write to it";
            case 111 -> "ECONNREFUSED: nobody listens";
            default -> "errno " + errno;
        };
        return new IOException(call + ": " + name);
    }

    /** Linked when something is sent, and not before. */
    private static final class Calls {
        private static final Linker.Option STATE = Linker.Option.captureCallState("errno");
        static final MethodHandle SOCKET = LINKER.downcallHandle(
                LINKER.defaultLookup().find("socket").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                STATE);
        static final MethodHandle SENDTO = LINKER.downcallHandle(
                LINKER.defaultLookup().find("sendto").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT),
                STATE);
        static final MethodHandle CLOSE = LINKER.downcallHandle(
                LINKER.defaultLookup().find("close").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

        private Calls() {}
    }
}
