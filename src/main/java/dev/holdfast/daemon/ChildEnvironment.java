package dev.holdfast.daemon;

import dev.holdfast.config.LaunchSpec;
import dev.holdfast.config.ProcessSpec;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The environment a child starts with: inherited or clean, then who it is, then what its configuration says. */
final class ChildEnvironment {
    /** What systemd tells a service of itself (systemd.exec(5)), our own unit included. */
    private static final java.util.Set<String> OF_THE_DAEMON = java.util.Set.of(
            "NOTIFY_SOCKET",
            "WATCHDOG_PID",
            "WATCHDOG_USEC",
            "LISTEN_PID",
            "LISTEN_FDS",
            "LISTEN_FDNAMES",
            "INVOCATION_ID",
            "JOURNAL_STREAM",
            "SYSTEMD_EXEC_PID",
            "MEMORY_PRESSURE_WATCH",
            "MEMORY_PRESSURE_WRITE",
            Enforcement.HANDED_OVER);

    private static final Set<String> OF_A_SHELL = Set.of("OLDPWD", "PWD", "_", "SHLVL");

    private ChildEnvironment() {}

    /**
     * @param own the daemon's environment
     * @param socket where the daemon is asked; null: nowhere
     * @param account name and home of the child's user when it differs from the daemon's, so that HOME is not root's
     */
    static Map<String, String> of(
            ProcessSpec process,
            LaunchSpec launch,
            int replica,
            Map<String, String> own,
            @Nullable Path socket,
            @Nullable Account account) {
        var env = new LinkedHashMap<String, String>();
        if (launch.cleanEnvironment()) {
            for (String name : launch.passEnvironment()) {
                String value = own.get(name);
                if (value != null) {
                    env.put(name, value);
                }
            }
        } else {
            env.putAll(own);
        }
        // The daemon's own, meaningless or harmful in a child: it would report its readiness as ours.
        env.keySet().removeAll(OF_THE_DAEMON);
        // What the daemon's shell noted for itself: where it was, what it ran, how deep it is.
        if (!launch.cleanEnvironment()) {
            env.keySet().removeAll(OF_A_SHELL);
        }
        // What the launcher added for the daemon's sake, by its own account.
        String launchers = own.get("HOLDFAST_OWN_ENV");
        if (launchers != null) {
            env.keySet().removeAll(java.util.Set.of(launchers, "HOLDFAST_OWN_ENV"));
        }
        if (account != null) {
            env.put("USER", account.name());
            env.put("LOGNAME", account.name());
            env.put("HOME", account.home());
        }
        env.put("HOLDFAST_PROCESS", process.name());
        env.put("HOLDFAST_REPLICA", Integer.toString(replica));
        // As of its start: a reload that changes the grace alone restarts nothing.
        env.put("HOLDFAST_STOP_SECONDS", seconds(process.stop().timeout()));
        if (socket != null) {
            env.put("HOLDFAST_SOCKET", socket.toString());
        }
        Integer portBase = process.portBase();
        if (portBase != null) {
            env.put("HOLDFAST_PORT", Integer.toString(portBase + replica));
        }
        env.putAll(launch.environment());
        return env;
    }

    /** Plain for every language: {@code 10} or {@code 0.25}. */
    private static String seconds(Duration time) {
        return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    /** Of what the daemon runs for its own ends: its environment, without what is only its own. */
    static Map<String, String> ofTheHost(Map<String, String> own) {
        var env = new LinkedHashMap<>(own);
        env.keySet().removeAll(OF_THE_DAEMON);
        env.keySet().removeAll(OF_A_SHELL);
        String launchers = own.get("HOLDFAST_OWN_ENV");
        if (launchers != null) {
            env.keySet().removeAll(Set.of(launchers, "HOLDFAST_OWN_ENV"));
        }
        return env;
    }

    /** @param home absolute */
    record Account(String name, String home) {}
}
