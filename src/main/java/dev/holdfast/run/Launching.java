package dev.holdfast.run;

import dev.holdfast.config.LaunchSpec;
import dev.holdfast.confine.Properties;
import dev.holdfast.confine.Sandboxing;
import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Accounts;
import dev.holdfast.linux.Caller;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Sentinel;
import dev.holdfast.process.Identity;
import dev.holdfast.process.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From what is wanted to what the launcher needs: names become numbers, what is not said becomes the caller's. */
final class Launching {
    private static final int ONLY_OURS = 0700;
    private static final int ATTEMPTS = 100;

    private final Wanted wanted;
    private final InstanceId id = InstanceId.fresh();
    private final Sandboxing sandboxing = new Sandboxing();
    private final Caller.Inherited inherited;
    private final Map<String, String> own;
    private Accounts.@Nullable User account;
    private @Nullable Identity identity;

    Launching(Wanted wanted, Path proc) throws IOException {
        this.wanted = wanted;
        this.inherited = Caller.inherited(proc);
        this.own = Caller.environment(proc);
    }

    /** What this host or this user cannot give. */
    List<String> problems() {
        var problems = new ArrayList<String>();
        LaunchSpec l = wanted.launch();
        sandboxing
                .beyond(l)
                .forEach((key, why) -> problems.add(key.replace("sandbox.", "--")
                                .replace("capabilities.keep", "keep-capabilities")
                                .replace('_', '-')
                        + ": " + why));
        String user = l.user();
        String group = l.group();
        if (user == null && group == null) {
            return problems;
        }
        Accounts.User found = Accounts.user(user == null ? own("0") : user).orElse(null);
        Integer gid = group == null ? null : Accounts.group(group).orElse(null);
        if (found == null) {
            problems.add("--user: \"" + user + "\" is no user of this host");
        }
        if (group != null && gid == null) {
            problems.add("--group: \"" + group + "\" is no group of this host");
        }
        if (problems.isEmpty() && found != null) {
            account = user == null ? null : found;
            identity = gid == null
                    ? new Identity(found.uid(), found.gid(), found.groups())
                    : new Identity(found.uid(), gid, Accounts.groups(found.name(), gid));
        }
        return problems;
    }

    private static String own(String otherwise) {
        try {
            return String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException noProc) {
            return otherwise;
        }
    }

    Launch launch(Launch.Output output) {
        LaunchSpec l = wanted.launch();
        Integer umask = wanted.umask();
        return new Launch(
                id,
                wanted.name(),
                Map.of(),
                l.command().argv(),
                environment(),
                workingDir(),
                identity,
                umask == null ? inherited.umask() : umask,
                l.nice(),
                Properties.ioPriority(l),
                Properties.rlimits(l),
                l.cpuAffinity(),
                l.oomScoreAdj(),
                sandboxing.of(l, null),
                output,
                null,
                false);
    }

    /** In a sandbox of mounts the present directory would still be the one outside: it is entered anew. */
    private @Nullable String workingDir() {
        String dir = wanted.launch().workingDir();
        return dir == null && wanted.launch().sandbox() != null ? System.getProperty("user.dir") : dir;
    }

    private Map<String, String> environment() {
        LaunchSpec l = wanted.launch();
        var environment = new LinkedHashMap<String, String>();
        if (!l.cleanEnvironment()) {
            environment.putAll(own);
        }
        Accounts.User user = account;
        if (user != null) {
            environment.put("USER", user.name());
            environment.put("LOGNAME", user.name());
            environment.put("HOME", user.home());
        }
        environment.putAll(l.environment());
        environment.put(Sentinel.MARK, mark());
        return environment;
    }

    InstanceId id() {
        return id;
    }

    /** What all of the tree has in its environment. */
    String mark() {
        return id.value();
    }

    long ignoredSignals() {
        return inherited.ignored();
    }

    /** A new directory for the gate, which only we can enter. */
    String gateDirectory(int pid) throws Errno {
        var places = new ArrayList<String>();
        String ours = own.get("XDG_RUNTIME_DIR");
        if (ours != null && ours.startsWith("/")) {
            places.add(ours);
        }
        places.addAll(List.of("/run", "/dev/shm", "/tmp", "/var/tmp"));
        Errno last = new Errno("mkdir", Errno.EACCES);
        for (String place : places) {
            for (int i = 0; i < ATTEMPTS; i++) {
                String dir = place + "/.holdfast-run-" + pid + "-" + i;
                try {
                    Descriptors.mkdir(dir, ONLY_OURS);
                    return dir;
                } catch (Errno e) {
                    last = e;
                    if (e.number() != Errno.EEXIST) {
                        break;
                    }
                }
            }
        }
        throw last;
    }
}
