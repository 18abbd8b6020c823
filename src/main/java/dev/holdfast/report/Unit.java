package dev.holdfast.report;

import dev.holdfast.unit.Human;
import java.util.Locale;

/** Of a limit, and how its amounts are rounded and written. */
enum Unit {
    BYTES("bytes"),
    CORES("cores"),
    SECONDS("seconds");

    private static final double MEBIBYTE = 1 << 20;

    private final String written;

    Unit(String written) {
        this.written = written;
    }

    String written() {
        return written;
    }

    static Unit of(String written) {
        for (Unit u : values()) {
            if (u.written.equals(written)) {
                return u;
            }
        }
        return BYTES;
    }

    /** To the next step that people would write, some percent of the amount. */
    double up(double amount) {
        double step = switch (this) {
            case BYTES -> {
                double m = amount / MEBIBYTE;
                yield MEBIBYTE * (m <= 64 ? 4 : m <= 256 ? 16 : m <= 1024 ? 64 : m <= 4096 ? 128 : 512);
            }
            case CORES -> amount <= 1 ? 0.05 : amount <= 4 ? 0.25 : 0.5;
            case SECONDS -> amount <= 60 ? 5 : amount <= 600 ? 30 : amount <= 3600 ? 60 : 600;
        };
        return Math.round(Math.ceil(amount / step - 1e-9) * step * 1e6) / 1e6;
    }

    String text(double amount) {
        return switch (this) {
            case BYTES -> Human.bytes((long) amount);
            case CORES -> Words.number(amount);
            case SECONDS ->
                amount < 60 && amount != Math.rint(amount)
                        ? String.format(Locale.ROOT, "%.1fs", amount)
                        : Human.time(Math.round(amount));
        };
    }
}
