package dev.holdfast.protect;

import dev.holdfast.event.Outcome;
import dev.holdfast.linux.ProgramRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** systemctl(1), or what stands in for it. */
@FunctionalInterface
public interface Systemctl {
    /** What it printed; {@code code} is 0 when it was content. */
    record Answer(int code, String out, String err) {}

    /** @throws IOException when it cannot be run, or does not end */
    Answer ask(List<String> arguments) throws IOException;

    /** This host's own, found where distributions put it: a PATH of somebody else's must not choose what root runs. */
    static Systemctl ofHost() {
        return arguments -> {
            Path program = Stream.of("/usr/bin/systemctl", "/bin/systemctl")
                    .map(Path::of)
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new IOException("systemctl is neither in /usr/bin nor in /bin"));
            var argv = new ArrayList<>(List.of(program.toString(), "--no-pager", "--no-ask-password"));
            argv.addAll(arguments);
            ProgramRun ran = ProgramRun.of(
                    argv,
                    // A busy systemd may need longer than the usual 25 s.
                    List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "SYSTEMD_BUS_TIMEOUT=150"),
                    Duration.ofMinutes(3));
            return switch (ran.outcome()) {
                case Outcome.Exited(int code) -> new Answer(code, ran.out(), ran.err());
                case Outcome other ->
                    throw new IOException("systemctl " + String.join(" ", arguments) + ": " + other + "; " + ran.err());
            };
        };
    }
}
