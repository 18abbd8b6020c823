package dev.holdfast.event;

/** How an execution ended. {@link Unknown} is never read as success or as 0. */
public sealed interface Outcome {
    /** @param code 0 to 255 */
    record Exited(int code) implements Outcome {}

    /**
     * @param signal the number that ended it, real-time signals included
     * @param coreDumped whether the kernel wrote a core
     */
    record Signalled(int signal, boolean coreDumped) implements Outcome {}

    /** It is gone, but nobody could be asked how: an adopted process on a kernel without PIDFD_GET_INFO exit info. */
    record Unknown(String why) implements Outcome {}
}
