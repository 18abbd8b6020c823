package dev.holdfast.client;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ways to a Unix datagram socket, which java.nio does not have: the kernel's own from Java 22 on, else a program. */
final class Wires {
    private static final int LONGEST_SECONDS = 10;
    private static final String USUAL_PATH = "/usr/local/bin:/usr/bin:/bin";

    private Wires() {}

    /** There is no way, now or later. */
    static final class Never extends IOException {
        private static final long serialVersionUID = 1L;

        Never(String message) {
            super(message);
        }
    }

    static Notify.Wire best() {
        return best(
                Datagrams.wire(),
                (socket, message) ->
                        program(socket, new String(message, StandardCharsets.UTF_8), System.getenv("PATH")));
    }

    /** @param direct null: there are no system calls here */
    static Notify.Wire best(Notify.@Nullable Wire direct, Notify.Wire program) {
        if (direct == null) {
            return program;
        }
        return (socket, message) -> {
            try {
                direct.send(socket, message);
            } catch (LinkageError e) { // --illegal-native-access=deny, of which linking hears first
                program.send(socket, message);
            }
        };
    }

    /**
     * Java 17 to 21: systemd-notify where systemd is; else, or where that does not work (before 246 it has no --no-block),
     * logger(1) of util-linux, whose head of the line is no assignment and so is passed over.
     *
     * @param path where programs are looked for
     */
    static void program(String socket, String message, @Nullable String path) throws IOException, InterruptedException {
        IOException failed = null;
        for (String program : List.of("systemd-notify", "logger")) {
            Path file = find(program, path);
            if (file == null) {
                continue;
            }
            try {
                run(command(file.toString(), program, socket, message), socket);
                return;
            } catch (IOException e) {
                if (failed != null) {
                    e.addSuppressed(failed);
                }
                failed = e;
            }
        }
        if (failed != null) {
            throw failed;
        }
        throw new Never("this is Java " + Runtime.version().feature()
                + ", which has or is allowed no Unix datagram sockets, and neither systemd-notify nor logger of util-linux is"
                + " installed; use Java 22 or later with --enable-native-access, install one of them, or let readiness be asked"
                + " by http, tcp or exec");
    }

    static List<String> command(String file, String program, String socket, String message) {
        var command = new ArrayList<String>();
        command.add(file);
        if (program.equals("systemd-notify")) {
            command.addAll(List.of("--no-block", "--"));
            command.addAll(Arrays.asList(message.split("\n", -1)));
        } else {
            command.addAll(List.of("-d", "-u", socket, "-t", "holdfast", "--", "notify\n" + message));
        }
        return command;
    }

    private static void run(List<String> command, String socket) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("NOTIFY_SOCKET", socket);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(command.get(0) + " did not end within " + LONGEST_SECONDS + " s");
            }
            InputStream in = process.getInputStream();
            byte[] said = in.readNBytes(Math.min(500, in.available())); // not to its end: a child may hold it open
            // logger says what is wrong and ends with 0.
            if (process.exitValue() != 0 || said.length > 0) {
                throw new IOException(command.get(0) + " ended with " + process.exitValue() + ": "
                        + new String(said, StandardCharsets.UTF_8).strip());
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static @Nullable Path find(String program, @Nullable String path) {
        String dirs = path == null || path.isEmpty() ? USUAL_PATH : path;
        for (String dir : dirs.split(File.pathSeparator, -1)) {
            Path file = Path.of(dir.isEmpty() ? "." : dir, program);
            if (file.isAbsolute() && Files.isExecutable(file)) {
                return file;
            }
        }
        return null;
    }
}
