package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.Redacted;
import java.time.Duration;
import java.util.Locale;

/** Values and deeds as people read them. */
final class Wording {
    private static final double KIBI = 1024;

    private Wording() {}

    static String size(double bytes) {
        if (bytes < KIBI * KIBI) {
            return String.format(Locale.ROOT, "%.0fKi", bytes / KIBI);
        }
        double mebi = bytes / KIBI / KIBI;
        return mebi < KIBI
                ? String.format(Locale.ROOT, "%.1fMi", mebi)
                : String.format(Locale.ROOT, "%.2fGi", mebi / KIBI);
    }

    static String time(long seconds) {
        Duration d = Duration.ofSeconds(seconds);
        if (d.toDays() > 0) {
            return d.toDays() + "d" + d.toHoursPart() + "h";
        }
        if (d.toHours() > 0) {
            return d.toHours() + "h" + d.toMinutesPart() + "m";
        }
        return d.toMinutes() > 0 ? d.toMinutes() + "m" + d.toSecondsPart() + "s" : seconds + "s";
    }

    static String since(Duration d) {
        return d.toSeconds() >= 60 ? time(d.toSeconds()) : String.format(Locale.ROOT, "%.2fs", d.toMillis() / 1000.0);
    }

    static String of(Deed deed) {
        return switch (deed) {
            case Deed.Log _ -> "log";
            case Deed.Alert _ -> "alert";
            case Deed.Kill(var signal, var grace, boolean tree) ->
                "kill " + (tree ? "with all that descends from it, " : "") + "by " + signal.written()
                        + (signal == dev.holdfast.unit.Signal.KILL
                                ? ""
                                : ", after " + dev.holdfast.unit.Durations.format(grace) + " by KILL");
            case Deed.Restart(var names) -> "restart " + (names.isEmpty() ? "its process" : String.join(", ", names));
            case Deed.Stop(var names) -> "stop " + (names.isEmpty() ? "its process" : String.join(", ", names));
            case Deed.Exec(var command, var _) -> "run " + Redacted.of(String.join(" ", command.argv()));
            case Deed.Nice(int value) -> "nice " + value;
        };
    }
}
