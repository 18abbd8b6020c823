package dev.holdfast.guard;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whom no rule may touch. Names are those of executable files, which a program cannot choose as it can choose its title;
 * where the file may not be read, the kernel's name of the process counts. One thread uses it.
 */
final class Protection {
    /** What a host, the way into it, its containers and its data hang on. A * at the end matches the rest. */
    static final List<String> USUAL = List.of(
            // the system
            "init",
            "systemd*",
            "(sd-pam)",
            "openrc*",
            "runsvdir",
            "runsv",
            "s6-*",
            "supervisord",
            "circusd",
            "PM2 v*", // what pm2's own process calls itself
            "firewalld",
            "fail2ban-server",
            "networkd-dispat*",
            "salt-minion*",
            "patroni",
            "dbus-daemon",
            "dbus-broker*",
            "udevd",
            "polkitd",
            "login",
            "agetty",
            "getty",
            "sshd*",
            "dropbear",
            "cron",
            "crond",
            "rsyslogd",
            "auditd",
            "NetworkManager",
            "wpa_supplicant",
            "dhclient",
            "dhcpcd",
            "chronyd",
            "ntpd",
            "multipathd",
            "iscsid",
            "Xorg",
            // runtimes of containers and machines
            "dockerd",
            "docker-proxy",
            "docker-init",
            "tini",
            "containerd*",
            "conmon",
            "crio",
            "runc",
            "crun",
            "podman",
            "kubelet",
            "lxcfs",
            "lxd",
            "incusd",
            "libvirtd",
            "virtqemud",
            "qemu-system-*",
            "qemu-kvm",
            "k3s*",
            "catatonit",
            // databases
            "postgres*",
            "mysqld*",
            "mariadbd*",
            "mongod*",
            "redis-server*",
            "redis-check-rdb", // what Debian's redis-server is a link to
            "valkey-check-rdb",
            "valkey-server*",
            "keydb-server*",
            "memcached",
            "beam.smp",
            "influxd",
            "clickhouse*", // whose server is a link to it
            "etcd",
            "slapd");

    /** A script has its name from the kernel when it was executed itself, and in the arguments when its interpreter was. */
    private static final Pattern INTERPRETER =
            Pattern.compile("(python|perl|ruby|node|php|lua)[0-9.-]*|(ba|da|z|k|a)?sh|busybox");

    /** Programs that have been asked about and are neither named nor interpreters: most of a host's are. */
    private static final int REMEMBERED = 2000;

    private final Set<String> names = new HashSet<>();
    private final List<String> beginnings = new ArrayList<>();
    private final Set<String> free = new HashSet<>();
    private final int self;

    /**
     * @param more names beside the usual ones
     * @param self our own pid
     */
    Protection(Collection<String> more, int self) {
        this.self = self;
        for (String name : Stream.concat(USUAL.stream(), more.stream()).toList()) {
            if (name.endsWith("*")) {
                beginnings.add(name.substring(0, name.length() - 1));
            } else {
                names.add(name);
            }
        }
    }

    /**
     * Why it may not be touched; null when it may.
     *
     * @param override names that a rule may touch all the same; never its own Holdfast, init or the kernel
     */
    @Nullable
    String of(int pid, boolean kernel, Traits t, Set<String> override) {
        if (pid <= 1) {
            return "it is init";
        }
        if (kernel) {
            return "it is a thread of the kernel";
        }
        if (t.own() || pid == self) {
            return "it is part of Holdfast";
        }
        String program = t.program();
        if (free.contains(program)) { // a thousand may be asked about while the host suffers
            return null;
        }
        boolean interprets = INTERPRETER.matcher(program).matches();
        if (!interprets && !names(program)) {
            remember(program);
            return null;
        }
        String why = of(program, override);
        if (why != null || !interprets) {
            return why;
        }
        String named = of(t.name(), override);
        String script = named == null ? script(t.command()) : "";
        return script.isEmpty() ? named : of(script, override);
    }

    /** The file's name in {@code python3 -u /usr/bin/supervisord -n}, the module's after -m; empty: there is none. */
    private static String script(String command) {
        int at = command.indexOf(' ') + 1;
        while (at > 0 && at < command.length()) {
            int end = command.indexOf(' ', at);
            String word = command.substring(at, end < 0 ? command.length() : end);
            if (word.equals("-c") || word.equals("-e")) {
                return ""; // text, not a file
            }
            boolean module = word.equals("-m");
            boolean valued = module || word.equals("-W") || word.equals("-X");
            at = end < 0 ? command.length() : end + 1;
            if (!word.startsWith("-")) {
                return word.substring(word.lastIndexOf('/') + 1);
            }
            if (valued) {
                end = command.indexOf(' ', at);
                String value = command.substring(at, end < 0 ? command.length() : end);
                at = end < 0 ? command.length() : end + 1;
                if (module) {
                    return value.substring(value.lastIndexOf('.') + 1);
                }
            }
        }
        return "";
    }

    private void remember(String program) {
        if (free.size() >= REMEMBERED) {
            free.clear();
        }
        free.add(program);
    }

    private boolean names(String program) {
        if (names.contains(program)) {
            return true;
        }
        for (String beginning : beginnings) {
            if (program.startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable String of(String program, Set<String> override) {
        return names(program) && override.stream().noneMatch(o -> is(o, program)) ? program + " is protected" : null;
    }

    private static boolean is(String name, String program) {
        return name.endsWith("*") ? program.startsWith(name.substring(0, name.length() - 1)) : program.equals(name);
    }
}
