package dev.holdfast.config;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the daemon keeps things.
 *
 * @param run sockets and running instances; gone after a boot
 * @param state what survives a boot
 * @param log captured output
 */
public record Directories(Path run, Path state, Path log) {
    /**
     * By the first that says: {@code --dir} or HOLDFAST_DIR, the configuration, the user's usual places.
     *
     * @param dir of {@code --dir}, or null
     * @param global null where no configuration was read, as by commands that only look for the socket
     */
    public static Directories of(
            @Nullable Path dir, @Nullable GlobalSpec global, Map<String, String> environment, int uid) {
        String variable = environment.getOrDefault("HOLDFAST_DIR", "");
        Path one = dir != null ? dir : variable.isEmpty() ? null : Path.of(variable);
        if (one != null) {
            Path root = one.toAbsolutePath().normalize();
            return new Directories(root.resolve("run"), root.resolve("state"), root.resolve("log"));
        }
        Directories usual = usual(environment, uid);
        return global == null
                ? usual
                : new Directories(
                        or(global.runDir(), usual.run),
                        or(global.stateDir(), usual.state),
                        or(global.logDir(), usual.log));
    }

    /** The control socket. */
    public Path socket() {
        return run.resolve("holdfast.sock");
    }

    private static Directories usual(Map<String, String> environment, int uid) {
        if (uid == 0) {
            return new Directories(
                    Path.of("/run/holdfast"), Path.of("/var/lib/holdfast"), Path.of("/var/log/holdfast"));
        }
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        String home = environment.getOrDefault("HOME", "");
        String stateHome = environment.getOrDefault("XDG_STATE_HOME", "");
        Path run = runtime.isEmpty() ? Path.of("/tmp/holdfast-" + uid) : Path.of(runtime, "holdfast");
        Path state = !stateHome.isEmpty()
                ? Path.of(stateHome, "holdfast")
                : home.isEmpty() ? run.resolve("state") : Path.of(home, ".local", "state", "holdfast");
        return new Directories(run, state, state.resolve("log"));
    }

    private static Path or(@Nullable String given, Path usual) {
        return given == null ? usual : Path.of(given);
    }
}
