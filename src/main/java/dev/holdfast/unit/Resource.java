package dev.holdfast.unit;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The resources of setrlimit(2), numbered as in asm-generic/resource.h. */
public enum Resource {
    CPU(0, false),
    FSIZE(1, true),
    DATA(2, true),
    STACK(3, true),
    CORE(4, true),
    RSS(5, true),
    NPROC(6, false),
    NOFILE(7, false),
    MEMLOCK(8, true),
    AS(9, true),
    LOCKS(10, false),
    SIGPENDING(11, false),
    MSGQUEUE(12, true),
    NICE(13, false),
    RTPRIO(14, false),
    RTTIME(15, false);

    private final int number;
    private final boolean bytes;

    Resource(int number, boolean bytes) {
        this.number = number;
        this.bytes = bytes;
    }

    public int number() {
        return number;
    }

    /** Whether it is counted in bytes, so that sizes such as 64Mi make sense. */
    public boolean inBytes() {
        return bytes;
    }

    /** By its name without RLIMIT_, in lower case. */
    public static Optional<Resource> named(String name) {
        return Arrays.stream(values()).filter(r -> r.written().equals(name)).findFirst();
    }

    public String written() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All names, for messages. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Resource::written).toList();
    }
}
