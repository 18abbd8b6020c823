package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.config.Problem;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.records.LogDesk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;

/** What the names that people use stand for; no process has a schedule's name. Thread-safe. */
final class Known {
    private final SortedMap<String, ProcessSpec> processes;
    private final Set<String> schedules;
    private final Set<String> queues;
    private final Predicate<ReplicaId> remembered;

    /**
     * What was asked for.
     *
     * @param processes or single replicas
     */
    record Named(Set<String> processes, Set<String> schedules, Set<String> queues) {}

    Known(Daemon daemon) {
        this(
                daemon.specs(),
                daemon.timetable.specs().keySet(),
                daemon.workshop.specs().keySet(),
                id -> !daemon.chronicle.history(id, 1).isEmpty());
    }

    /** @param remembered whether it is known yet what befell a replica */
    Known(
            SortedMap<String, ProcessSpec> processes,
            Set<String> schedules,
            Set<String> queues,
            Predicate<ReplicaId> remembered) {
        this.processes = processes;
        this.schedules = schedules;
        this.queues = queues;
        this.remembered = remembered;
    }

    boolean isSchedule(String name) {
        return schedules.contains(name);
    }

    /**
     * @param names none means all
     * @throws Refused 404 for what is neither
     */
    Named any(List<String> names) throws Refused {
        if (names.isEmpty()) {
            return new Named(processes.keySet(), schedules, queues);
        }
        List<String> others = names.stream()
                .filter(n -> !isSchedule(n) && !queues.contains(n))
                .toList();
        return new Named(
                others.isEmpty() ? Set.of() : processes(others, false),
                Set.copyOf(names.stream().filter(this::isSchedule).toList()),
                Set.copyOf(names.stream().filter(queues::contains).toList()));
    }

    /**
     * The logs of one name, by replica.
     *
     * @throws Refused 404 for what is unknown
     */
    SortedMap<Integer, LogDesk.LogFile> logs(String name, Function<ReplicaId, Path> file) throws Refused {
        var logs = new TreeMap<Integer, LogDesk.LogFile>();
        if (isSchedule(name) || queues.contains(name)) {
            logs.put(0, new LogDesk.LogFile(name, file.apply(new ReplicaId(name, 0))));
            return logs;
        }
        toRead(name);
        Optional<ReplicaId> one = ReplicaId.parse(name);
        String process = one.map(ReplicaId::process).orElse(name);
        ProcessSpec spec = processes.get(process);
        int replicas = spec == null ? 0 : spec.replicas();
        int most = spec == null ? 0 : spec.mostReplicas();
        for (int i = one.map(ReplicaId::index).orElse(0);
                i < one.map(r -> r.index() + 1).orElse(most);
                i++) {
            Path path = file.apply(new ReplicaId(process, i));
            // What those left that were scaled away is of use, while all can be followed as one.
            boolean left = i == 0 || (logs.size() < LogDesk.MOST_FOLLOWED && Files.exists(path));
            if (one.isPresent() || i < replicas || left) {
                logs.put(i, new LogDesk.LogFile(most == 1 ? process : process + "/" + i, path));
            }
        }
        return logs;
    }

    /**
     * Of replicas also one that is scaled away now: what it left can be read.
     *
     * @throws Refused 404 for what is no process
     */
    void toRead(String name) throws Refused {
        processes(List.of(name), false, (spec, id) -> id.index() < spec.mostReplicas() || remembered.test(id));
    }

    /** @throws Refused 404 for what is no process, 400 when a name is missing */
    Set<String> processes(List<String> names, boolean noneMeansAll) throws Refused {
        return processes(names, noneMeansAll, (spec, id) -> id.index() < spec.replicas());
    }

    private Set<String> processes(
            List<String> names, boolean noneMeansAll, BiPredicate<ProcessSpec, ReplicaId> isReplica) throws Refused {
        if (names.isEmpty() && noneMeansAll) {
            return processes.keySet();
        }
        if (names.isEmpty()) {
            throw new Refused(400, new Failure("a name is missing", List.of()));
        }
        var unknown = new ArrayList<String>();
        for (String name : names) {
            if (isSchedule(name)) {
                unknown.add(name + " is a schedule: holdfast cron runs, pauses and resumes it");
            } else if (queues.contains(name)) {
                unknown.add(name + " is a queue: holdfast queue pauses and resumes it, holdfast jobs knows its jobs");
            } else if (!isProcess(name, isReplica)) {
                var all = new TreeSet<>(processes.keySet());
                all.addAll(schedules);
                all.addAll(queues);
                unknown.add("\"" + name + "\" is no process here" + Problem.hint(name, all));
            }
        }
        if (!unknown.isEmpty()) {
            throw new Refused(404, new Failure(String.join("; ", unknown), List.of()));
        }
        return Set.copyOf(names);
    }

    private boolean isProcess(String name, BiPredicate<ProcessSpec, ReplicaId> isReplica) {
        Optional<ReplicaId> replica = ReplicaId.parse(name);
        if (replica.isEmpty()) {
            return processes.containsKey(name);
        }
        ProcessSpec spec = processes.get(replica.get().process());
        return spec != null && isReplica.test(spec, replica.get());
    }
}
