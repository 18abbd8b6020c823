package dev.holdfast.intent;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ScaleSpec;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What people asked for beyond the file, and which work is done, in RUN/intents: it outlives the daemon's death, not a
 * boot and not a {@code down}. Owned by the loop's thread.
 *
 * <p>Work that is done is appended, a line each and before anything that waits for it begins: a thousand jobs that end
 * would else write the file a thousand times. The last line of a key counts; without a value it takes the word back.
 */
public final class Intents {
    private static final String STOPPED = "stopped.";
    private static final String STARTED = "started.";
    private static final String ENDING = "ending.";
    private static final String DOWN = "down";
    private static final String SCALED = "scaled.";
    /** Of processes with a scale: how many there are. */
    private static final String FOLLOWING = "following.";
    /** Of those: until when people hold the number, in nanoseconds of this boot's monotonic clock. */
    private static final String HELD = "held.";

    private static final String COMPLETED = "completed.";
    private static final String BOOT = "boot";
    private static final int REWRITE = Integer.MAX_VALUE;
    private static final int SUPERSEDED = 1000;

    private final Path file;
    private final Consumer<String> warn;
    private final String bootId;
    private final Properties words = new Properties();
    /** Lines in the file, or {@link #REWRITE} when only a whole new one can be trusted. */
    private int lines = REWRITE;

    /** Lines that {@link #flush} writes. */
    private final StringBuilder unwritten = new StringBuilder();

    public Intents(Path file, String bootId, Consumer<String> warn) {
        this.file = file;
        this.bootId = bootId;
        this.warn = warn;
        try {
            if (Files.exists(file)) {
                String text = Files.readString(file);
                // Behind the last line's end is what a daemon died over.
                words.load(new StringReader(text.substring(0, text.lastIndexOf('\n') + 1)));
                words.values().removeIf(""::equals);
            }
            if (!bootId.equals(words.getProperty(BOOT))) {
                words.clear();
            }
        } catch (IOException | IllegalArgumentException e) {
            warn.accept("what was stopped and scaled by hand is forgotten: " + e.getMessage());
        }
    }

    /** @param names of processes or single replicas: they shall be down */
    public void stopped(Set<String> names) {
        say(STOPPED, names);
    }

    /** @param names of processes or single replicas: they shall be up, also those that are started by hand alone */
    public void started(Set<String> names) {
        say(STARTED, names);
    }

    /** The last word counts; one on a process takes back those on its replicas. */
    private void say(String word, Set<String> names) {
        for (String name : names) {
            for (String w : List.of(STOPPED, STARTED)) {
                words.remove(w + name);
                words.keySet().removeIf(k -> k.toString().startsWith(w + name + "/"));
            }
            words.setProperty(word + name, "true");
        }
        save();
    }

    /** @param configured what the file says: when that changes, the scaling is over */
    void scaled(String name, int configured, int n) {
        words.setProperty(SCALED + name, configured + ":" + n);
        save();
    }

    /** @param until when people hold it; null: they do not */
    void followed(String name, int n, @Nullable MonoTime until) {
        words.setProperty(FOLLOWING + name, Integer.toString(n));
        if (until == null) {
            words.remove(HELD + name);
        } else {
            words.setProperty(HELD + name, Long.toString(until.nanos()));
        }
        save();
    }

    /** Until when people hold the number of a process with a scale; null: they do not. */
    @Nullable
    public MonoTime heldUntil(String name) {
        String nanos = words.getProperty(HELD + name, "");
        return nanos.matches("-?\\d{1,18}") ? new MonoTime(Long.parseLong(nanos)) : null;
    }

    /** Nobody holds it any more. */
    public void released(String name) {
        if (words.remove(HELD + name) != null) {
            save();
        }
    }

    /** A process has a scale that had none: its number goes on from here. */
    void follows(String name, int n) {
        if (words.putIfAbsent(FOLLOWING + name, Integer.toString(n)) == null) {
            save();
        }
    }

    /** Where the file's number is another now, it counts again, even should the file go back. */
    void configured(SortedMap<String, ProcessSpec> specs) {
        boolean changed = words.keySet().removeIf(k -> {
            ProcessSpec spec =
                    k.toString().startsWith(SCALED) ? specs.get(k.toString().substring(SCALED.length())) : null;
            return spec != null
                    && (spec.scale() != null
                            || !words.getProperty(k.toString(), "").startsWith(spec.replicas() + ":"));
        });
        changed |= words.keySet().removeIf(k -> {
            String word = k.toString();
            boolean follows = word.startsWith(FOLLOWING) || word.startsWith(HELD);
            ProcessSpec spec = follows ? specs.get(word.substring(word.indexOf('.') + 1)) : null;
            return follows && (spec == null || spec.scale() == null);
        });
        // What comes back after it was gone comes back as the file says.
        SortedMap<String, ProcessSpec> scaled = applied(specs);
        changed |= words.keySet()
                .removeIf(
                        k -> spokenOf(k.toString()).filter(n -> !has(scaled, n)).isPresent());
        if (changed) {
            save();
        }
    }

    private static Optional<String> spokenOf(String key) {
        return List.of(STOPPED, STARTED, ENDING, COMPLETED).stream()
                .filter(key::startsWith)
                .map(w -> key.substring(w.length()))
                .findFirst();
    }

    private static boolean has(SortedMap<String, ProcessSpec> specs, String name) {
        ReplicaId replica = ReplicaId.parse(name).orElse(null);
        ProcessSpec spec = specs.get(replica == null ? name : replica.process());
        return spec != null && (replica == null || replica.index() < spec.replicas());
    }

    /**
     * Work that is done must not be done again because the daemon died, and a stop that has begun must be finished; the
     * latter is written by the next {@link #flush}.
     */
    public void note(Event event) {
        if (event instanceof Event.Stopping s && !words.containsKey(DOWN)) {
            String line = ENDING + s.replica() + "=" + s.instance();
            words.setProperty(ENDING + s.replica(), s.instance().value());
            unwritten.append(line).append('\n');
        } else if (event instanceof Event.Completed) {
            words.setProperty(COMPLETED + event.replica(), "true");
            append(COMPLETED + event.replica() + "=true\n");
        }
    }

    /** It is begun again, before anything of that exists: whatever has ended, and is completed, is over for good. */
    public void begins(ReplicaId replica) {
        if (words.remove(COMPLETED + replica) != null) {
            append(COMPLETED + replica + "=\n");
        }
    }

    public boolean hasCompleted(ReplicaId replica) {
        return words.containsKey(COMPLETED + replica);
    }

    /** Many stops begin together: they cost one write. */
    public void flush() {
        if (!unwritten.isEmpty()) {
            String text = unwritten.toString();
            unwritten.setLength(0);
            append(text);
        }
    }

    /** Whether a stop of this very instance had begun. */
    public boolean wasEnding(ReplicaId replica, InstanceId instance) {
        return words.containsKey(DOWN) || instance.value().equals(words.getProperty(ENDING + replica));
    }

    /** What an earlier daemon had begun is taken up. */
    public void begun() {
        flush();
        if (words.remove(DOWN) != null) {
            save();
        }
    }

    public Set<ReplicaId> completed() {
        var replicas = new TreeSet<ReplicaId>();
        for (String key : words.stringPropertyNames()) {
            int slash = key.lastIndexOf('/');
            if (key.startsWith(COMPLETED) && slash > 0) {
                replicas.add(new ReplicaId(
                        key.substring(COMPLETED.length(), slash), Integer.parseInt(key.substring(slash + 1))));
            }
        }
        return replicas;
    }

    public Set<String> stoppedNames() {
        return names(STOPPED);
    }

    public Set<String> startedNames() {
        return names(STARTED);
    }

    private Set<String> names(String word) {
        var names = new TreeSet<String>();
        for (String key : words.stringPropertyNames()) {
            if (key.startsWith(word)) {
                names.add(key.substring(word.length()));
            }
        }
        return names;
    }

    /** The file's processes with as many replicas as people asked for. */
    SortedMap<String, ProcessSpec> applied(SortedMap<String, ProcessSpec> specs) {
        return applied(specs, Map.of());
    }

    /** @param goingOn with how many those with a scale begin of which nothing is known yet; the others with their {@code min} */
    SortedMap<String, ProcessSpec> applied(SortedMap<String, ProcessSpec> specs, Map<String, Integer> goingOn) {
        var applied = new TreeMap<String, ProcessSpec>();
        specs.forEach((name, spec) -> {
            ScaleSpec scale = spec.scale();
            if (scale != null) {
                String following = words.getProperty(FOLLOWING + name, "");
                int n = following.matches("\\d{1,4}")
                        ? Integer.parseInt(following)
                        : goingOn.getOrDefault(name, scale.min());
                applied.put(name, spec.withReplicas(words.containsKey(HELD + name) ? n : scale.within(n)));
                return;
            }
            String[] scaled = words.getProperty(SCALED + name, "").split(":", -1);
            boolean holds = scaled.length == 2 && scaled[0].equals(Integer.toString(spec.replicas()));
            applied.put(name, holds ? spec.withReplicas(Integer.parseInt(scaled[1])) : spec);
        });
        return applied;
    }

    /** After a shutdown that was asked for, the file alone counts again; should it be cut short, it is finished first. */
    public void forget() {
        words.clear();
        unwritten.setLength(0);
        words.setProperty(DOWN, "true");
        save();
    }

    /** The file was deleted under us. */
    public void rewrite() {
        save();
    }

    /** @param line one or several, of characters that need no escape in a properties file */
    private void append(String line) {
        if (lines > words.size() + SUPERSEDED) {
            save();
            return;
        }
        try {
            Files.writeString(file, line, StandardOpenOption.APPEND);
            lines += (int) line.lines().count();
        } catch (IOException e) {
            save(); // perhaps half a line is there
        }
    }

    private void save() {
        lines = REWRITE;
        try {
            var text = new StringWriter();
            words.setProperty(BOOT, bootId);
            words.store(text, null);
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, text.toString());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            lines = words.size();
        } catch (IOException e) {
            warn.accept("the next daemon will not know what was stopped or scaled by hand: " + e.getMessage());
        }
    }
}
