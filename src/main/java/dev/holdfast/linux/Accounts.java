package dev.holdfast.linux;

import dev.holdfast.linux.ffi.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Users and groups as the name service knows them, LDAP and systemd's dynamic users included (getpwnam_r(3),
 * getgrnam_r(3), getgrouplist(3)). May block on a slow name service. Thread-safe.
 */
public final class Accounts {
    private static final int TEXT = 16 << 10;
    private static final int MAX_GROUPS = 4096;

    private Accounts() {}

    /**
     * @param home absolute
     * @param groups all of them, the primary one included
     */
    public record User(String name, int uid, int gid, String home, List<Integer> groups) {}

    /** By name, or by number when it has only digits. */
    public static Optional<User> user(String nameOrNumber) {
        NativeBuffer entry = NativeBuffer.allocate(64);
        NativeBuffer text = NativeBuffer.allocate(TEXT);
        NativeBuffer found = NativeBuffer.allocate(8);
        if (numeric(nameOrNumber)) {
            long uid = Long.parseLong(nameOrNumber);
            int r = Native.function("getpwuid_r").call(uid, entry.address(), text.address(), TEXT, found.address(), 0);
            if (r != 0 || found.bytes().getLong(0) == 0) {
                // A number needs no entry, as for containers that bring none.
                return Optional.of(new User(nameOrNumber, (int) uid, (int) uid, "/", List.of((int) uid)));
            }
        } else {
            NativeBuffer name = NativeBuffer.ofString(nameOrNumber);
            int r = (int) name.use(n ->
                    Native.function("getpwnam_r").call(n, entry.address(), text.address(), TEXT, found.address(), 0));
            if (r != 0 || found.bytes().getLong(0) == 0) {
                return Optional.empty();
            }
        }
        // struct passwd: name, password, uid and gid (4 bytes each), comment, home, shell
        ByteBuffer b = entry.bytes();
        String name = string(b.getLong(0));
        int uid = b.getInt(16);
        int gid = b.getInt(20);
        return Optional.of(new User(name, uid, gid, string(b.getLong(32)), groups(name, gid)));
    }

    /** By name, or by number when it has only digits. */
    public static Optional<Integer> group(String nameOrNumber) {
        if (numeric(nameOrNumber)) {
            return Optional.of((int) Long.parseLong(nameOrNumber));
        }
        NativeBuffer entry = NativeBuffer.allocate(64);
        NativeBuffer text = NativeBuffer.allocate(TEXT);
        NativeBuffer found = NativeBuffer.allocate(8);
        NativeBuffer name = NativeBuffer.ofString(nameOrNumber);
        int r = (int) name.use(
                n -> Native.function("getgrnam_r").call(n, entry.address(), text.address(), TEXT, found.address(), 0));
        // struct group: name, password, gid
        return r != 0 || found.bytes().getLong(0) == 0
                ? Optional.empty()
                : Optional.of(entry.bytes().getInt(16));
    }

    /** The groups of a user whose primary group is {@code gid}, that one included (initgroups(3)). */
    public static List<Integer> groups(String name, int gid) {
        NativeBuffer user = NativeBuffer.ofString(name);
        NativeBuffer groups = NativeBuffer.allocate(4 * MAX_GROUPS);
        NativeBuffer count = NativeBuffer.allocate(4);
        count.bytes().putInt(0, MAX_GROUPS);
        user.use(u -> Native.function("getgrouplist").call(u, gid, groups.address(), count.address(), 0, 0));
        var list = new ArrayList<Integer>();
        for (int i = 0; i < Math.min(count.bytes().getInt(0), MAX_GROUPS); i++) {
            list.add(groups.bytes().getInt(4 * i));
        }
        return List.copyOf(list);
    }

    private static boolean numeric(String text) {
        return text.matches("\\d{1,9}");
    }

    private static String string(long address) {
        ByteBuffer view = Native.view(address, TEXT).order(ByteOrder.nativeOrder());
        int end = 0;
        while (view.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end];
        view.get(0, text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
