package dev.holdfast.event;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One execution: of a replica, a hook or an exec probe. Never reused; the child carries it as HOLDFAST_INSTANCE.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record InstanceId(String value) {
    /** One that never was. */
    public static InstanceId fresh() {
        // Nobody's secret: only never the same again.
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        return new InstanceId(hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong()));
    }

    @Override
    public String toString() {
        return value;
    }
}
