package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.ControlPort.Verb;
import dev.holdfast.api.Failure;
import dev.holdfast.api.Request;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.loop.Loop;
import dev.holdfast.loop.OnLoop;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Does what people ask of processes: to start, stop, restart, signal or scale them. Thread-safe. */
final class ProcessControl {
    private static final int MOST_REPLICAS = 1000;

    private final Daemon daemon;
    private final OnLoop onLoop;

    /**
     * What was done.
     *
     * @param settled whether all has come to its end; false when the wait for it was too short
     */
    record Acted(boolean settled, Set<String> names, List<String> notes) {}

    ProcessControl(Daemon daemon, OnLoop onLoop) {
        this.daemon = daemon;
        this.onLoop = onLoop;
    }

    Acted act(Verb verb, Request request, String by) throws Refused {
        Set<String> names = new Known(daemon).processes(request.names(), verb != Verb.SCALE && verb != Verb.SIGNAL);
        boolean named = !request.names().isEmpty();
        Set<String> awaited = names;
        if (verb == Verb.SCALE) {
            awaited = scale(names, request, by);
        } else {
            Stimulus stimulus = stimulus(verb, names, request, by);
            onLoop.call(() -> {
                object(new Objections(daemon).to(verb, names, named));
                switch (verb) {
                    case STOP -> {
                        if (!daemon.processes.supervision.shuttingDown()) { // after which the file alone counts
                            daemon.intents.stopped(names);
                        }
                    }
                    case START, RESTART -> startNeeded(names, by);
                    case SIGNAL, SCALE -> {}
                }
                daemon.processes.apply(stimulus);
                return true;
            });
        }
        boolean settled = verb == Verb.SIGNAL || !request.await() || await(awaited, request.timeoutMillis());
        List<String> notes = verb == Verb.STOP || verb == Verb.RESTART
                ? onLoop.call(() -> new Objections(daemon).goesOnWithout(names, verb == Verb.RESTART))
                : verb == Verb.SCALE ? onLoop.call(() -> new Objections(daemon).goesOnFrom(names)) : List.of();
        return new Acted(settled, names, notes);
    }

    /** What they depend on is started with them, unless it was given up. */
    private void startNeeded(Set<String> names, String by) {
        Set<String> needed = daemon.processes.supervision.neededBy(names);
        var all = new TreeSet<>(names);
        all.addAll(needed);
        daemon.intents.started(all);
        if (!needed.isEmpty()) {
            daemon.processes.apply(new Stimulus.Start(needed, by));
        }
    }

    private static void object(Optional<String> why) throws Refused {
        if (why.isPresent()) {
            throw refused(409, why.get());
        }
    }

    private static Stimulus stimulus(Verb verb, Set<String> names, Request request, String by) throws Refused {
        return switch (verb) {
            case START -> new Stimulus.Start(names, by);
            case STOP -> new Stimulus.Stop(names, by);
            case RESTART -> new Stimulus.Restart(names, by);
            case SIGNAL -> {
                String text = request.signal();
                Signal signal = text == null ? null : Signal.parse(text).orElse(null);
                if (signal == null) {
                    throw refused(400, "\"" + text + "\" is no signal; it is a name such as HUP or USR1");
                }
                yield new Stimulus.SendSignal(names, signal, by);
            }
            case SCALE -> throw new IllegalStateException("told apart above");
        };
    }

    /** @return replicas that come or go: those that stay are not waited for */
    private Set<String> scale(Set<String> names, Request request, String by) throws Refused {
        Integer n = request.replicas();
        if (n == null
                || n < 0
                || n > MOST_REPLICAS
                || names.size() != 1
                || ReplicaId.parse(names.iterator().next()).isPresent()) {
            throw refused(400, "scale takes one process and a number of 0 to " + MOST_REPLICAS);
        }
        String name = names.iterator().next();
        return onLoop.call(() -> {
            object(new Objections(daemon).to(Verb.SCALE, names, true));
            ProcessSpec before = daemon.specs().get(name);
            Long hold = request.holdSeconds();
            object(before == null ? Optional.empty() : Objections.toNumber(before, n, hold));
            MonoTime until = hold == null ? null : Loop.now().mono().plus(Duration.ofSeconds(hold));
            if (before == null || !daemon.processes.scale(name, n, until, by)) {
                throw refused(404, "\"" + name + "\" is no process here any more");
            }
            int was = before.replicas();
            return was == n
                    ? names
                    : IntStream.range(Math.min(was, n), Math.max(was, n))
                            .mapToObj(i -> new ReplicaId(name, i).toString())
                            .collect(Collectors.toSet());
        });
    }

    private boolean await(Set<String> names, long timeoutMillis) throws Refused {
        var settled = new CompletableFuture<Boolean>();
        onLoop.call(() -> {
            daemon.processes.waiters.add(names, () -> settled.complete(true));
            return true;
        });
        try {
            return timeoutMillis <= 0 ? settled.get() : settled.get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Refused refused(int status, String why) {
        return new Refused(status, new Failure(why, List.of()));
    }
}
