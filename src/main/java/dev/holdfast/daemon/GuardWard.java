package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.supervise.Stimulus;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the guard's rules have the daemon do. On the loop's thread. */
final class GuardWard implements GuardPost.Ward {
    private final Daemon daemon;

    GuardWard(Daemon daemon) {
        this.daemon = daemon;
    }

    @Override
    public @Nullable String supervise(boolean restart, Set<String> names, String by) {
        for (String name : names) {
            String process = ReplicaId.parse(name).map(ReplicaId::process).orElse(name);
            if (!daemon.specs().containsKey(process)) {
                return process + " is no process of this file";
            }
        }
        ControlPort.Verb verb = restart ? ControlPort.Verb.RESTART : ControlPort.Verb.STOP;
        Optional<String> why = new Objections(daemon).to(verb, names, true);
        if (why.isPresent()) {
            return why.get();
        }
        if (!restart) {
            daemon.intents.stopped(names);
        }
        daemon.processes.apply(restart ? new Stimulus.Restart(names, by) : new Stimulus.Stop(names, by));
        return null;
    }

    @Override
    public void exec(Deed.Exec exec, String rule, Map<String, String> variables) {
        daemon.guardCommands.run(exec, rule, variables);
    }
}
