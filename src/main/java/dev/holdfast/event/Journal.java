package dev.holdfast.event;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.temporal.TemporalAccessor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happened, a line of JSON each: {@code {"event":"Exited","at":...}} with the record's components. One
 * older file is kept. Not thread-safe; a write may block on the disk.
 */
public final class Journal implements AutoCloseable {
    private static final long MAX_BYTES = 8L << 20;

    /** Looked up once: each look makes new ones. */
    private static final ClassValue<List<Method>> ACCESSORS = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> record) {
            return Arrays.stream(record.getRecordComponents())
                    .map(RecordComponent::getAccessor)
                    .toList();
        }
    };

    private final Jsonb json = Jsonb.builder().build();
    private final Path file;
    private @Nullable FileChannel channel;

    public Journal(Path file) {
        this.file = file;
    }

    /** @throws IOException when it is not on disk; whoever calls goes on without */
    public void add(Event event) throws IOException {
        append(tree((Record) event));
    }

    /**
     * As {@link #add}, for what is no event but kept in the same way.
     *
     * @param values texts, numbers, truth values, and lists of them
     * @throws IOException when it is not on disk
     */
    public void append(Map<String, Object> values) throws IOException {
        byte[] line = (json.toJson(values) + "\n").getBytes(StandardCharsets.UTF_8);
        FileChannel c = channel;
        if (c == null || c.size() > MAX_BYTES) {
            c = open();
        }
        try {
            write(c, line);
        } catch (IOException e) {
            close(); // whoever opens it anew ends the torn line first
            throw e;
        }
    }

    private static void write(FileChannel c, byte[] line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line);
        while (bytes.hasRemaining()) {
            c.write(bytes);
        }
    }

    /** What the files hold, oldest first; lines that are no JSON (a torn write) are passed over. */
    public void read(Consumer<Map<String, Object>> each) throws IOException {
        for (Path f : List.of(older(), file)) {
            if (!Files.exists(f)) {
                continue;
            }
            try (var lines = Files.lines(f, StandardCharsets.ISO_8859_1)) {
                lines.forEach(line -> {
                    Map<String, Object> map = map(line);
                    if (!map.isEmpty()) {
                        each.accept(map);
                    }
                });
            }
        }
    }

    @SuppressWarnings("unchecked") // JSON objects have text keys
    private Map<String, Object> map(String latin1) {
        try {
            String line = new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            return json.type(Object.class).fromJson(line) instanceof Map<?, ?> m ? (Map<String, Object>) m : Map.of();
        } catch (RuntimeException torn) { // the JSON library throws many kinds of them
            return Map.of();
        }
    }

    private FileChannel open() throws IOException {
        close();
        if (Files.exists(file) && Files.size(file) > MAX_BYTES) {
            Files.move(file, older(), StandardCopyOption.REPLACE_EXISTING);
        }
        boolean torn = torn();
        FileChannel c = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        channel = c;
        if (torn) {
            write(c, new byte[] {'\n'});
        }
        return c;
    }

    /** Whether the last write ended within a line: the disk was full, or the daemon died. */
    private boolean torn() throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return false;
        }
        try (FileChannel c = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return c.read(last, c.size() - 1) == 1 && last.get(0) != '\n';
        }
    }

    private Path older() {
        return file.resolveSibling(file.getFileName() + ".1");
    }

    /** What was in it is kept elsewhere now. */
    public void clear() throws IOException {
        close();
        Files.deleteIfExists(older());
        Files.deleteIfExists(file);
    }

    private static Map<String, Object> tree(Record record) {
        var map = new LinkedHashMap<String, Object>();
        if (record instanceof Event || record instanceof Outcome) {
            map.put("event", record.getClass().getSimpleName());
        }
        for (Method accessor : ACCESSORS.get(record.getClass())) {
            try {
                Object value = accessor.invoke(record);
                if (value != null) {
                    map.put(accessor.getName(), node(value));
                }
            } catch (IllegalAccessException | InvocationTargetException ourOwnRecord) {
                throw new IllegalStateException(ourOwnRecord);
            }
        }
        return map;
    }

    private static Object node(Object value) {
        return switch (value) {
            case ReplicaId r -> r.toString();
            case InstanceId i -> i.value();
            case Record r -> tree(r);
            case List<?> l -> l.stream().map(Journal::node).toList();
            case java.time.Duration d -> (double) d.toMillis() / 1000;
            case TemporalAccessor t -> t.toString();
            case Enum<?> e -> e.name();
            default -> value;
        };
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
