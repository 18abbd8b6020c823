package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** systemctl of a guest, and ./holdfast there. */
final class Systemctl {
    static final Path UNITS = Path.of("/etc/systemd/system");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private Systemctl() {}

    /** Must end with 0. */
    static String systemctl(String... args) {
        DaemonUnderTest.Ran ran = tried(args);
        assertThat(ran.exit())
                .as("systemctl %s: %s%s", List.of(args), ran.out(), ran.err())
                .isZero();
        return ran.out().strip();
    }

    static DaemonUnderTest.Ran tried(String... args) {
        // An emulated systemd takes longer to answer than the usual 25 s when the host is busy.
        var command = new ArrayList<>(List.of("env", "SYSTEMD_BUS_TIMEOUT=290", "systemctl", "--no-pager"));
        command.addAll(List.of(args));
        return DaemonUnderTest.runPlain(command);
    }

    static String shown(String unit, String property) {
        return systemctl("show", "--value", "--property=" + property, unit);
    }

    static String inGroup(String unit, String file) {
        return DaemonUnderTest.read(
                        CGROUPS.resolve("system.slice").resolve(unit).resolve(file))
                .strip();
    }

    static void unit(String name, String text) {
        try {
            Files.writeString(UNITS.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        systemctl("daemon-reload");
    }

    static DaemonUnderTest.Ran holdfast(String... args) {
        return DaemonUnderTest.runPlain(DaemonUnderTest.command(List.of(), args));
    }
}
