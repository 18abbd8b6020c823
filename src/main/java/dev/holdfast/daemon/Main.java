package dev.holdfast.daemon;

import dev.holdfast.api.HostCheck;
import dev.holdfast.cli.Holdfast;
import dev.holdfast.config.Config;
import dev.holdfast.linux.Caller;
import dev.holdfast.linux.CgroupHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/** Where both the daemon and its command line begin. */
public final class Main {
    private static final Path PROC = Path.of("/proc");

    private Main() {}

    /** @param typed as the JVM read them */
    public static void main(String[] typed) throws IOException {
        // Read once, when the first request of any kind is made: probes send Host as they are told.
        System.setProperty("sun.net.http.allowRestrictedHeaders", "true");
        boolean run = Arrays.asList(typed).contains("run");
        String[] args = run ? Caller.arguments(PROC, typed.length).toArray(String[]::new) : typed;
        int code = commandLine(args).execute(args);
        System.out.flush();
        System.exit(code);
    }

    private static HostCheck compare(Config config, int uid) {
        try {
            return HostBudget.of(
                    config,
                    HostRoom.of(Daemon.PROC, CgroupHome.ownMemoryLimit(Daemon.PROC)),
                    new Launches(System.getenv(), uid == 0).resolve(config));
        } catch (IOException e) {
            return new HostCheck(List.of("this host cannot be looked at: " + e.getMessage()), List.of());
        }
    }

    /** At least the command that {@code args} name: each that is built costs time. */
    static CommandLine commandLine(String... args) throws IOException {
        int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        CommandLine line = Holdfast.commandLine(
                new Holdfast(System.getenv(), uid)
                        .diagnosing(HostFindings::before)
                        .comparing(config -> compare(config, uid)),
                args);
        line.addSubcommand("up", new UpCommand());
        return line;
    }
}
