package dev.holdfast.top;

import dev.holdfast.api.HealthReport;

/** How a piece of a line looks: SGR parameters (ECMA-48), with and without colours. */
enum Paint {
    PLAIN("", ""),
    BOLD("1", "1"),
    DIM("2", ""),
    RED("31", "1"),
    GREEN("32", ""),
    YELLOW("33", "1"),
    CYAN("36", ""),
    /** Of a bar: how much is used. */
    FILL("7", "7");

    private final String coloured;
    private final String plain;

    Paint(String coloured, String plain) {
        this.coloured = coloured;
        this.plain = plain;
    }

    String sgr(boolean colours) {
        return colours ? coloured : plain;
    }

    /** As `status` paints them. */
    static Paint ofState(String state) {
        return switch (state) {
            case "up", "completed", "healthy", "success", "running" -> GREEN;
            case "failed", "unhealthy", "timeout" -> RED;
            case "backoff", "starting", "stopping", "waiting", "retrying", "paused", "claiming" -> YELLOW;
            case "down", "disabled", "idle" -> DIM;
            default -> PLAIN;
        };
    }

    static Paint ofLevel(String level) {
        return switch (level) {
            case HealthReport.OK -> GREEN;
            case HealthReport.WARNING -> YELLOW;
            case HealthReport.CRITICAL -> RED;
            default -> DIM;
        };
    }
}
