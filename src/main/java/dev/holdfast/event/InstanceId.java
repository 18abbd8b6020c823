package dev.holdfast.event;

/**
 * One execution: of a replica, a hook or an exec probe. Never reused; the child carries it as HOLDFAST_INSTANCE.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record InstanceId(String value) {
    @Override
    public String toString() {
        return value;
    }
}
