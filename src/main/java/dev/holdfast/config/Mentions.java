package dev.holdfast.config;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Every name of an alert channel, a process or a cleanup that the file mentions must be one it has. */
record Mentions(Problems problems, Binder binder, Document document, Node root) {
    void run() {
        AuditSection audit = document.audit();
        if (audit != null) {
            channels(audit, "alert", audit.alert());
        }
        document.reports().values().forEach(r -> channels(r, "sendTo", r.sendTo()));
        document.probes().values().forEach(p -> {
            channels(p, "alert", p.alert());
            p.recover().forEach(this::recover);
        });
        document.queues().values().forEach(q -> {
            QueueSection.Alert alert = q.alert();
            if (alert != null) {
                channels(alert, "channels", alert.channels());
            }
        });
        HostSection host = document.host();
        if (host != null) {
            channels(host, "alert", host.alert());
            host.recover().forEach(this::recover);
        }
        document.cleanup().values().forEach(c -> channels(c, "alert", c.alert()));
        guard(document.guard());
        AlertSections.Alerts alerts = document.alerts();
        if (alerts != null) {
            AlertSections.Routes routes = alerts.routes();
            if (routes != null) {
                channels(routes, "warning", routes.warning());
                channels(routes, "critical", routes.critical());
            }
            alerts.escalation().forEach(s -> channels(s, "channels", s.channels()));
        }
    }

    private void guard(GuardSections.@Nullable Guard guard) {
        if (guard == null) {
            return;
        }
        guard.rules().values().forEach(r -> {
            channels(r, "alert", r.alert());
            known(binder.at(r, "processes", root), "process", r.processes(), binder.names(document.processes()));
        });
        GuardSections.Zombies zombies = guard.zombies();
        if (zombies != null) {
            channels(zombies, "alert", zombies.alert());
        }
        GuardSections.Orphans orphans = guard.orphans();
        if (orphans != null) {
            channels(orphans, "alert", orphans.alert());
        }
    }

    private void channels(Object section, String component, List<String> names) {
        AlertSections.Alerts alerts = document.alerts();
        Set<String> known = alerts == null ? Set.of() : binder.names(alerts.channels());
        known(binder.at(section, component, root), "alert channel", names, known);
    }

    private void recover(RecoverSection step) {
        known(binder.at(step, "processes", root), "process", step.processes(), binder.names(document.processes()));
        var cleanups = new TreeSet<>(binder.names(document.cleanup()));
        GuardSections.Guard guard = document.guard();
        if (guard != null && guard.orphans() != null) {
            cleanups.add("orphans");
        }
        if (guard != null && guard.zombies() != null) {
            cleanups.add("zombies");
        }
        known(binder.at(step, "names", root), "cleanup", step.names(), cleanups);
    }

    private void known(Node at, String kind, Collection<String> names, Set<String> known) {
        for (String name : names) {
            if (!known.contains(name)) {
                problems.add(
                        at,
                        "\"" + name + "\" is no " + kind + " of this file" + Problems.hint(name, known)
                                + (known.isEmpty() ? "" : " (known: " + String.join(", ", known) + ")"));
            }
        }
    }
}
