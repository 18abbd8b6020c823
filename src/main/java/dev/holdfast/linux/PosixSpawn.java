package dev.holdfast.linux;

import dev.holdfast.linux.ffi.Native;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/**
 * posix_spawn(3): vfork inside, so nothing of the JVM's page tables is copied. The child gets a session of its own, no
 * blocked and no ignored signal (the JVM has both), stdin from /dev/null, and no descriptor beyond 2.
 */
final class PosixSpawn {
    private static final int SETSIGDEF = 0x04;
    private static final int SETSIGMASK = 0x08;
    private static final int SETSID = 0x80;
    private static final int OPAQUE_BYTES = 512; // glibc's largest of the three is 336, musl's smaller

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

    private final List<NativeBuffer> kept = new ArrayList<>();

    /** @return 0 once the program runs, else the errno of the step that failed; blocks while the gate is shut */
    int spawn(Spawn s, String program) {
        NativeBuffer actions = keep(NativeBuffer.allocate(OPAQUE_BYTES));
        NativeBuffer attr = keep(NativeBuffer.allocate(OPAQUE_BYTES));
        NativeBuffer signals = keep(NativeBuffer.allocate(128));
        ACTIONS_INIT.call(actions.address(), 0, 0, 0, 0, 0);
        // By /proc/self/fd: neither directory permissions nor another mount namespace stand in the child's way.
        // Descriptor 0 serves for all three in turn: opening onto it closes what it was.
        open(actions, "/proc/self/fd/" + s.hello().number(), Descriptors.O_WRONLY);
        ADD_CLOSE.call(actions.address(), 0, 0, 0, 0, 0);
        open(actions, "/proc/self/fd/" + s.gate().number(), Descriptors.O_RDONLY);
        open(actions, "/dev/null", Descriptors.O_RDONLY);
        ADD_DUP2.call(actions.address(), s.stdout().number(), 1, 0, 0, 0);
        ADD_DUP2.call(actions.address(), s.stderr().number(), 2, 0, 0, 0);
        ADD_CLOSE_FROM.call(actions.address(), 3, 0, 0, 0, 0);

        ATTR_INIT.call(attr.address(), 0, 0, 0, 0, 0);
        ATTR_MASK.call(attr.address(), signals.address(), 0, 0, 0, 0);
        for (int i = 0; i < 128; i += 8) {
            signals.bytes().putLong(i, -1L);
        }
        ATTR_DEFAULT.call(attr.address(), signals.address(), 0, 0, 0, 0);
        ATTR_FLAGS.call(attr.address(), SETSIGDEF | SETSIGMASK | SETSID, 0, 0, 0, 0);

        NativeBuffer pid = keep(NativeBuffer.allocate(8));
        long path = string(program);
        long argv = strings(s.argv());
        long env = strings(s.environment());
        try {
            return SPAWN.call(pid.address(), path, actions.address(), attr.address(), argv, env);
        } finally {
            ACTIONS_DESTROY.call(actions.address(), 0, 0, 0, 0, 0);
            Reference.reachabilityFence(kept);
        }
    }

    private void open(NativeBuffer actions, String path, int flags) {
        ADD_OPEN.call(actions.address(), 0, string(path), flags, 0, 0);
    }

    private long string(String text) {
        return keep(NativeBuffer.ofString(text)).address();
    }

    private long strings(List<String> texts) {
        NativeBuffer array = keep(NativeBuffer.allocate((texts.size() + 1) * Long.BYTES));
        for (int i = 0; i < texts.size(); i++) {
            array.bytes().putLong(i * Long.BYTES, string(texts.get(i)));
        }
        return array.address();
    }

    private NativeBuffer keep(NativeBuffer b) {
        kept.add(b);
        return b;
    }
}
