package dev.holdfast.config;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.Node;

/** From cleanups, probes and the host as written to specs. */
record WatchedResolver(Problems problems, Binder binder, Resolver resolver) {
    WatchedSpec of(Document document, Node root) {
        var recover = new RecoverResolver(problems, binder, resolver);
        var cleaning = new CleanupResolver(problems, binder);
        SortedMap<String, CleanupSpec> cleanups = new TreeMap<>();
        document.cleanup().forEach((name, section) -> {
            Node at = binder.at(document.cleanup(), name);
            boolean guards = name.equals("orphans") || name.equals("zombies");
            if (guards) {
                problems.add(at, "\"" + name + "\" is the guard's where recover runs it: give it another name");
            }
            cleanups.put(name, cleaning.cleanup(name, section, at));
        });
        var probing = new ProbeResolver(problems, binder, resolver, recover);
        SortedMap<String, ProbeSpec> probes = new TreeMap<>();
        document.probes().forEach((name, section) -> {
            ProbeSpec spec = probing.probe(name, section, binder.at(document.probes(), name));
            if (spec != null) {
                probes.put(name, spec);
            }
        });
        HostSection host = document.host();
        AuditSection audit = document.audit();
        return new WatchedSpec(
                Collections.unmodifiableSortedMap(cleanups),
                Collections.unmodifiableSortedMap(probes),
                host == null
                        ? null
                        : new HostResolver(problems, binder, recover).host(host, binder.at(document, "host", root)),
                audit == null
                        ? null
                        : new AuditResolver(problems, binder).audit(audit, binder.at(document, "audit", root)));
    }
}
