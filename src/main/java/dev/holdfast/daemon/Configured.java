package dev.holdfast.daemon;

import dev.holdfast.config.ProcessSpec;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Schedules, or queues, as they are configured now, and what the launcher and the pump take each for. Replaced as a whole
 * on the loop's thread, and read by anyone.
 */
final class Configured<S> {
    private final Function<S, ProcessSpec> asProcess;
    private volatile SortedMap<String, S> specs;
    private volatile SortedMap<String, ProcessSpec> asProcesses;

    Configured(SortedMap<String, S> specs, Function<S, ProcessSpec> asProcess) {
        this.asProcess = asProcess;
        this.specs = specs;
        this.asProcesses = asProcesses(specs, asProcess);
    }

    static <S> SortedMap<String, ProcessSpec> asProcesses(
            SortedMap<String, S> specs, Function<S, ProcessSpec> asProcess) {
        var all = new TreeMap<String, ProcessSpec>();
        specs.forEach((name, spec) -> all.put(name, asProcess.apply(spec)));
        return all;
    }

    void take(SortedMap<String, S> fresh) {
        specs = fresh;
        asProcesses = asProcesses(fresh, asProcess);
    }

    SortedMap<String, S> specs() {
        return specs;
    }

    SortedMap<String, ProcessSpec> asProcesses() {
        return asProcesses;
    }

    /** The same object each time while it is configured so: what is known of it is found again. */
    ProcessSpec asProcess(String name, S spec) {
        ProcessSpec known = asProcesses.get(name);
        return known != null && spec.equals(specs.get(name)) ? known : asProcess.apply(spec);
    }
}
