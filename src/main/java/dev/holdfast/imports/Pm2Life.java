package dev.holdfast.imports;

import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Text;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Signal;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How many of an app there are, when it comes back and how it ends. */
final class Pm2Life {
    private static final int MOST = 1_000;

    private Pm2Life() {}

    static void instances(Fields f, Entry entry, Surroundings around) {
        Origin at = f.at("instances");
        String written = f.text("instances");
        Origin modeAt = f.at("exec_mode");
        String mode = f.text("exec_mode");
        boolean cluster = mode != null && mode.startsWith("cluster");
        int wanted = 1;
        if (written != null && written.matches("max|0|-\\d{1,4}")) {
            int less = written.equals("max") ? 0 : Integer.parseInt(written);
            wanted = Math.max(1, around.processors() + less);
            entry.remark(
                    at,
                    "instances: " + written + " is counted on this host's " + around.processors() + " processors",
                    "replicas");
        } else if (written != null && written.matches("\\d{1,4}") && Integer.parseInt(written) <= MOST) {
            wanted = Integer.parseInt(written);
        } else if (written != null && !written.isEmpty()) {
            f.remark("instances", written, "is no number up to " + MOST + "; not carried over");
        }
        String variable = f.text("increment_var");
        String counted = f.text("instance_var");
        if (counted != null) {
            f.remark("instance_var", counted, "HOLDFAST_REPLICA is that here, from 0 on");
        }
        if (wanted > 1) {
            entry.put("replicas", wanted);
        }
        ports(entry, wanted, variable, cluster ? modeAt : at, cluster);
        if (mode != null && !(cluster && wanted > 1)) {
            f.remark("exec_mode", mode, cluster ? "one process alone needs no cluster" : "so it is here");
        }
    }

    /** Replicas cannot share a port as node's cluster lets them; each gets one of its own. */
    private static void ports(Entry entry, int wanted, @Nullable String variable, Origin at, boolean cluster) {
        String name = variable == null ? "PORT" : variable;
        boolean numbered = entry.variable(name) instanceof String s && s.matches("\\d{1,5}");
        if (wanted > 1 && cluster) {
            entry.remark(
                    at,
                    "exec_mode: cluster: node's cluster shares one port among its workers; replicas cannot: "
                            + (numbered
                                    ? "each has one of its own, which a proxy must know"
                                    : "each must listen on another one," + " such as port_base and HOLDFAST_PORT"),
                    "replicas");
        }
        if (wanted > 1 && numbered && (cluster || variable != null)) {
            int first = Integer.parseInt(String.valueOf(entry.variable(name)));
            if (first < 1 || first + wanted - 1 > 65_535 || entry.get("shell") != null) {
                return;
            }
            var wrapped =
                    new ArrayList<Object>(List.of("/bin/sh", "-c", name + "=\"$HOLDFAST_PORT\" exec \"$@\"", "sh"));
            if (entry.get("command") instanceof List<?> command) {
                wrapped.addAll(command);
                entry.put("command", wrapped).put("port_base", first);
                entry.remark(
                        at,
                        "the shell gives each replica its port as " + name + ", and is replaced by the program",
                        "command");
            }
        } else if (variable != null) {
            entry.remark(
                    at,
                    "increment_var: " + Shown.line(variable) + ": not carried over"
                            + (wanted > 1 ? ", for it has no number" : ": there is one instance"));
        }
    }

    static void restarts(Fields f, Entry entry) {
        Origin stopAt = f.at("stop_exit_codes");
        Tree codes = f.take("stop_exit_codes");
        boolean again = f.is("autorestart", true);
        entry.put("restart.policy", !again ? "never" : codes == null ? "always" : "on-failure");
        if (codes != null) {
            codes(entry, codes, stopAt);
        }
        String uptime = millis(f, "min_uptime");
        if (uptime != null) {
            entry.put("restart.reset_after", uptime);
        }
        Integer most = f.number("max_restarts", 0, 999_999_999);
        if (most != null) {
            Amounts.giveUpAfter(entry, Math.min(most, 100_000), uptime == null ? 1 : 10);
            entry.remark(
                    f.at("max_restarts"),
                    "max_restarts: " + most + ": nearly; restarts of any kind count, within the"
                            + " time that so many failures take",
                    "restart");
        }
        String delay = millis(f, "restart_delay");
        String growing = millis(f, "exp_backoff_restart_delay");
        if (growing != null) {
            entry.put("restart.delay", growing)
                    .put("restart.max_delay", longer(growing, "15s"))
                    .put("restart.multiplier", new BigDecimal("1.5"));
        } else if (delay != null) {
            entry.put("restart.delay", delay)
                    .put("restart.max_delay", longer(delay, "1m"))
                    .put("restart.multiplier", 1);
        }
        if (delay != null && growing != null) {
            entry.remark(f.at("restart_delay"), "restart_delay: not carried over beside exp_backoff_restart_delay");
        }
    }

    private static void codes(Entry entry, Tree written, Origin at) {
        List<Tree> all = written instanceof Items i ? i.items() : List.of(written);
        List<Integer> planned = all.stream()
                .filter(c -> c instanceof Text t && t.value().matches("\\d{1,3}") && Integer.parseInt(t.value()) < 256)
                .map(c -> Integer.valueOf(((Text) c).value()))
                .toList();
        if (planned.stream().anyMatch(c -> c != 0)) {
            entry.put("planned_exit_codes", planned.stream().filter(c -> c != 0).toList());
        }
        if (planned.size() < all.size()) {
            entry.remark(at, Shown.of("stop_exit_codes", written) + ": not all are exit codes; those are left out");
        } else if (!planned.contains(0)) {
            entry.remark(
                    at,
                    Shown.of("stop_exit_codes", written) + ": an end with 0 is not followed by a restart either",
                    "planned_exit_codes");
        }
    }

    static void stops(Fields f, Entry entry) {
        entry.put("stop.signal", "INT"); // pm2's own, unless PM2_KILL_SIGNAL
        String signal = f.text("kill_signal");
        if (signal != null && Signal.parse(signal).isPresent()) {
            entry.put("stop.signal", Signal.parse(signal).get().written());
        } else if (signal != null) {
            f.remark("kill_signal", signal, "is no signal; not carried over");
        }
        String timeout = millis(f, "kill_timeout");
        if (timeout != null) {
            entry.put("stop.timeout", timeout);
        }
        f.always("treekill", "tree_kill");
    }

    /** Milliseconds, or a number with a unit; told, and null, when it is neither. */
    private static @Nullable String millis(Fields f, String key) {
        String text = f.text(key);
        if (text == null || text.isEmpty()) {
            return null;
        }
        String duration = text.matches("\\d{1,12}(\\.\\d+)?")
                ? Amounts.millis(new BigDecimal(text))
                : Amounts.duration(text.toLowerCase(Locale.ROOT));
        if (duration == null) {
            f.remark(key, text, "is no time; not carried over");
        }
        return duration;
    }

    private static String longer(String one, String other) {
        return Durations.parse(one).compareTo(Durations.parse(other)) > 0 ? one : other;
    }
}
