package dev.holdfast.linux.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Calls into libc through one downcall of one shape, seven longs to a long: each further shape costs the daemon about a
 * megabyte of spun classes. In the C ABIs of x86-64 and aarch64 an int, a pointer and a long travel in the same
 * registers, and a variadic call differs only by a register that is ignored elsewhere.
 *
 * <p>Thread-safe: errno is captured into a segment of the calling thread.
 */
public final class Native {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));
    private static final MemorySegment SYSCALL = find("syscall");

    private final MemorySegment function;

    private Native(MemorySegment function) {
        this.function = function;
    }

    /** A libc function by name, for the few things that are no system call (posix_spawn(3)). */
    public static Native function(String name) {
        return new Native(find(name));
    }

    /** One that only some libcs have. */
    public static Optional<Native> optional(String name) {
        return LINKER.defaultLookup().find(name).map(Native::new);
    }

    /** Calls it; a function returning int has its result in the low 32 bits. */
    public int call(long a, long b, long c, long d, long e, long f) {
        try {
            return (int) (long) CALL.invokeExact(function, CAPTURED.get(), a, b, c, d, e, f, 0L);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /**
     * {@code syscall(2)}: acts on the calling thread where glibc's wrappers would change every thread (nptl(7)).
     *
     * @return the result, or minus errno
     */
    public static long syscall(long number, long a, long b, long c, long d, long e, long f) {
        MemorySegment captured = CAPTURED.get();
        try {
            long result = (long) CALL.invokeExact(SYSCALL, captured, number, a, b, c, d, e, f);
            return result == -1 ? -(int) ERRNO.get(captured, 0L) : result;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Made when it is first used: another shape. */
    private static final class Quick {
        private static final MethodHandle CALL = LINKER.downcallHandle(
                SYSCALL,
                FunctionDescriptor.of(
                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    }

    /**
     * As {@link #syscall}, for what is called thousands of times on end: errno is not captured, for which the quick
     * compiler would make an object a call.
     *
     * @return the result, or -1 whatever the reason
     */
    public static long quickly(long number, long a, long b, long c, long d) {
        try {
            return (long) Quick.CALL.invokeExact(number, a, b, c, d, 0L, 0L);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Where a direct buffer's first byte lies. Valid as long as the buffer is reachable. */
    public static long address(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct.duplicate().clear()).address();
    }

    /** A view of memory that the kernel mapped for us. */
    public static ByteBuffer view(long address, long length) {
        return MemorySegment.ofAddress(address).reinterpret(length).asByteBuffer();
    }

    private static MemorySegment find(String name) {
        return LINKER.defaultLookup().findOrThrow(name);
    }
}
