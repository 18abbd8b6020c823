package dev.holdfast.linux;

import dev.holdfast.linux.ffi.Native;
import java.lang.ref.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * posix_spawn(3): vfork inside, so nothing of the JVM's page tables is copied. Without a heritage the child gets a
 * session of its own, no blocked and no ignored signal (the JVM has both), stdin from /dev/null, no descriptor beyond 2.
 */
final class PosixSpawn {
    private static final int SETPGROUP = 0x02;
    private static final int SETSIGDEF = 0x04;
    private static final int SETSIGMASK = 0x08;
    private static final int SETSID = 0x80;
    private static final int OPAQUE_BYTES = 512; // glibc's largest of the three is 336, musl's smaller
    private static final int SIGSET_BYTES = 128;
    /** The three above, the paths of hello, gate and /dev/null, the pid and the ends of both arrays. */
    private static final int FIXED_BYTES = 2 * OPAQUE_BYTES + 1024;

    /** Beyond stdin, stdout and stderr. */
    private static final int FIRST_FREE = 3;

    private static final int MAX_UTF8 = 3;

    private static final Native ACTIONS_INIT = Native.function("posix_spawn_file_actions_init");
    private static final Native ADD_OPEN = Native.function("posix_spawn_file_actions_addopen");
    private static final Native ADD_CLOSE = Native.function("posix_spawn_file_actions_addclose");
    private static final Native ADD_DUP2 = Native.function("posix_spawn_file_actions_adddup2");
    private static final Native ADD_CLOSE_FROM = Native.function("posix_spawn_file_actions_addclosefrom_np");
    private static final Native ACTIONS_DESTROY = Native.function("posix_spawn_file_actions_destroy");
    private static final Native ATTR_INIT = Native.function("posix_spawnattr_init");
    private static final Native ATTR_FLAGS = Native.function("posix_spawnattr_setflags");
    private static final Native ATTR_MASK = Native.function("posix_spawnattr_setsigmask");
    private static final Native ATTR_DEFAULT = Native.function("posix_spawnattr_setsigdefault");
    private static final Native SPAWN = Native.function("posix_spawn");

    private final NativeBuffer attributes = NativeBuffer.allocate(OPAQUE_BYTES);
    /** All else the call points to, in one block: a spawn would leave forty for the collector. */
    private NativeBuffer memory = attributes;

    private int used;

    /** Prepares what is the same for all. */
    PosixSpawn() {
        long attr = attributes.address();
        ATTR_INIT.call(attr, 0, 0, 0, 0, 0);
        NativeBuffer signals = NativeBuffer.allocate(SIGSET_BYTES);
        signals.use(none -> ATTR_MASK.call(attr, none, 0, 0, 0, 0));
        defaults(-1L);
        ATTR_FLAGS.call(attr, SETSIGDEF | SETSIGMASK | SETSID, 0, 0, 0, 0);
    }

    /** @param first bit N-1 for each signal N, up to 64, that is not ignored */
    private void defaults(long first) {
        NativeBuffer signals = NativeBuffer.allocate(SIGSET_BYTES);
        signals.bytes().putLong(0, first);
        for (int i = Long.BYTES; i < SIGSET_BYTES; i += Long.BYTES) {
            signals.bytes().putLong(i, -1L);
        }
        signals.use(set -> ATTR_DEFAULT.call(attributes.address(), set, 0, 0, 0, 0));
    }

    /** @return 0 once the program runs, else the errno of the step that failed; blocks while the gate is shut */
    int spawn(Spawn s, String program) {
        memory = NativeBuffer.allocate(size(program, s.argv(), s.environment()));
        return call(s, program);
    }

    private static int size(String program, List<String> argv, List<String> environment) {
        int bytes = FIXED_BYTES + program.length() * MAX_UTF8;
        for (List<String> texts : List.of(argv, environment)) {
            for (String text : texts) {
                bytes += text.length() * MAX_UTF8 + 1 + 2 * Long.BYTES;
            }
        }
        return bytes;
    }

    /**
     * One without a gate, for a program that somebody waits for.
     *
     * @param stdin null: /dev/null
     * @return its pid, or minus errno
     */
    int start(String program, List<String> argv, List<String> environment, @Nullable Fd stdin, Fd stdout, Fd stderr) {
        memory = NativeBuffer.allocate(size(program, argv, environment));
        long actions = take(OPAQUE_BYTES);
        ACTIONS_INIT.call(actions, 0, 0, 0, 0, 0);
        if (stdin == null) {
            open(actions, "/dev/null", Descriptors.O_RDONLY);
        } else {
            ADD_DUP2.call(actions, stdin.number(), 0, 0, 0, 0);
        }
        ADD_DUP2.call(actions, stdout.number(), 1, 0, 0, 0);
        ADD_DUP2.call(actions, stderr.number(), 2, 0, 0, 0);
        ADD_CLOSE_FROM.call(actions, 3, 0, 0, 0, 0);
        int at = used;
        int errno = spawn(program, actions, argv, environment);
        return errno == 0 ? memory.bytes().getInt(at) : -errno;
    }

    private int call(Spawn s, String program) {
        long actions = take(OPAQUE_BYTES);
        ACTIONS_INIT.call(actions, 0, 0, 0, 0, 0);
        Spawn.Heritage heritage = s.heritage();
        int gate = s.gate().number();
        // By /proc/self/fd: neither directory permissions nor another mount namespace stand in the child's way.
        // Descriptor 0 serves for all three in turn: opening onto it closes what it was.
        // First of all it says hello: what is done to it from outside is done while it goes to the gate.
        open(actions, "/proc/self/fd/" + s.hello().number(), Descriptors.O_WRONLY);
        ADD_CLOSE.call(actions, 0, 0, 0, 0, 0);
        ADD_DUP2.call(actions, s.stdout().number(), 1, 0, 0, 0);
        ADD_DUP2.call(actions, s.stderr().number(), 2, 0, 0, 0);
        if (heritage == null) {
            // Before it waits: should we die now, our control socket must not live on in it.
            ADD_DUP2.call(actions, gate, FIRST_FREE, 0, 0, 0);
            ADD_CLOSE_FROM.call(actions, FIRST_FREE + 1, 0, 0, 0, 0);
            gate = FIRST_FREE;
        }
        open(actions, "/proc/self/fd/" + gate, Descriptors.O_RDONLY);
        if (heritage == null) {
            open(actions, "/dev/null", Descriptors.O_RDONLY);
            ADD_CLOSE_FROM.call(actions, FIRST_FREE, 0, 0, 0, 0);
        } else { // ours are close-on-exec, all others are its heritage
            ADD_DUP2.call(actions, heritage.stdin().number(), 0, 0, 0, 0);
            defaults(~heritage.ignoredSignals());
            ATTR_FLAGS.call(
                    attributes.address(), SETSIGDEF | SETSIGMASK | (heritage.ownGroup() ? SETPGROUP : 0), 0, 0, 0, 0);
        }
        return spawn(program, actions, s.argv(), s.environment());
    }

    /** @return 0 and the pid in what is taken first, or the errno */
    private int spawn(String program, long actions, List<String> arguments, List<String> environment) {
        long pid = take(Long.BYTES);
        long path = string(program);
        long argv = strings(arguments);
        long env = strings(environment);
        try {
            return SPAWN.call(pid, path, actions, attributes.address(), argv, env);
        } finally {
            ACTIONS_DESTROY.call(actions, 0, 0, 0, 0, 0);
            Reference.reachabilityFence(memory);
        }
    }

    private void open(long actions, String path, int flags) {
        ADD_OPEN.call(actions, 0, string(path), flags, 0, 0);
    }

    private long string(String text) {
        byte[] utf8 = Text.bytes(text);
        int at = used;
        long address = take(utf8.length + 1);
        memory.bytes().put(at, utf8);
        return address;
    }

    private long strings(List<String> texts) {
        int at = used;
        long array = take((texts.size() + 1) * Long.BYTES);
        for (int i = 0; i < texts.size(); i++) {
            memory.bytes().putLong(at + i * Long.BYTES, string(texts.get(i)));
        }
        return array;
    }

    /** Zeroed, aligned for a long. */
    private long take(int bytes) {
        long address = memory.address() + used;
        used += (bytes + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
        return address;
    }
}
