package dev.holdfast.probe;

import dev.holdfast.unit.Durations;
import java.time.Duration;
import java.util.Locale;

/** Values as people read them. */
public final class Values {
    private static final double DAY = 86_400;

    private Values() {}

    /** @param subject as thresholds name it */
    public static String shown(String subject, double value) {
        return switch (subject) {
            case "latency" -> Durations.format(Duration.ofMillis(Math.round(value * 1000)));
            case "age" -> Durations.format(Duration.ofSeconds(Math.round(value)));
            case "certificate" ->
                value >= DAY || value <= -DAY
                        ? Math.round(value / DAY) + "d"
                        : value < 0 ? "over" : Durations.format(Duration.ofSeconds(Math.round(value)));
            case "size" -> bytes(value);
            default ->
                value == Math.rint(value) && Math.abs(value) < 1e15
                        ? Long.toString((long) value)
                        : String.format(Locale.ROOT, "%.3f", value);
        };
    }

    /** Such as {@code 1.5Gi}. */
    public static String bytes(double bytes) {
        String units = "KMGT";
        double scaled = bytes;
        int unit = -1;
        while (Math.abs(scaled) >= 1024 && unit < units.length() - 1) {
            scaled /= 1024;
            unit++;
        }
        return unit < 0
                ? Long.toString((long) bytes)
                : String.format(Locale.ROOT, scaled < 10 ? "%.1f%si" : "%.0f%si", scaled, units.charAt(unit));
    }
}
