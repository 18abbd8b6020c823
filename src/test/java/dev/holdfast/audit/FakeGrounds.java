package dev.holdfast.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A host made of a map. Files are written to disk only by {@link #onDisk}, for real programs to read the same. */
public final class FakeGrounds implements Grounds {
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Map<String, String> sysctls = new HashMap<>();
    private final Map<String, String> told = new HashMap<>();
    private final Map<String, String> answers = new HashMap<>();
    private final Map<Integer, Long> descriptors = new HashMap<>();
    private final List<Running> running = new ArrayList<>();
    private final List<List<String>> asked = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();
    private final List<String> others = new ArrayList<>();
    private long memory = 16L << 30;
    private long swap = 2L << 30;
    private int processors = 4;
    private @Nullable Ask real;

    public FakeGrounds file(String path, String... lines) {
        return bytes(path, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    public FakeGrounds bytes(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    public FakeGrounds unreadable(String path) {
        unreadable.add(path);
        return bytes(path, new byte[0]);
    }

    /** What is there and no regular file: a directory, a link to /dev/null. */
    public FakeGrounds other(String path) {
        others.add(path);
        return this;
    }

    public FakeGrounds memory(long bytes) {
        memory = bytes;
        return this;
    }

    public FakeGrounds swap(long bytes) {
        swap = bytes;
        return this;
    }

    public FakeGrounds processors(int number) {
        processors = number;
        return this;
    }

    public FakeGrounds sysctl(String name, String value) {
        sysctls.put(name, value);
        return this;
    }

    public FakeGrounds told(String key, String value) {
        told.put(key, value);
        return this;
    }

    public FakeGrounds running(int pid, String name, long pss, String... command) {
        running.add(new Running(pid, 1, name, List.of(command), "root", "root", pss));
        return this;
    }

    public FakeGrounds descriptors(int pid, long soft) {
        descriptors.put(pid, soft);
        return this;
    }

    /** @param part of the command, joined with blanks */
    public FakeGrounds answer(String part, String answer) {
        answers.put(part, answer);
        return this;
    }

    /** Asks a real program instead. */
    public FakeGrounds asking(Ask ask) {
        real = ask;
        return this;
    }

    /** As {@link Grounds#ask}. */
    public interface Ask {
        String ask(List<String> command);
    }

    public List<List<String>> asked() {
        return asked;
    }

    public FakeGrounds onDisk() throws IOException {
        for (var file : files.entrySet()) {
            Path path = Path.of(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return this;
    }

    @Override
    public boolean isFile(String path) {
        return files.containsKey(path);
    }

    @Override
    public List<String> lines(String path) throws IOException {
        byte[] content = files.get(path);
        if (content == null || unreadable.contains(path)) {
            throw new IOException(path + (content == null ? ": no such file" : ": permission denied"));
        }
        if (content.length > 8 << 20) {
            throw new IOException(path + ": larger than 8 MiB");
        }
        return new String(content, StandardCharsets.UTF_8).lines().toList();
    }

    @Override
    public List<String> glob(String pattern) {
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        return Stream.concat(files.keySet().stream(), others.stream())
                .filter(f -> matcher.matches(Path.of(f)))
                .sorted()
                .toList();
    }

    @Override
    public long memory() {
        return memory;
    }

    @Override
    public long swap() {
        return swap;
    }

    @Override
    public int processors() {
        return processors;
    }

    @Override
    public String sysctl(String name) {
        return sysctls.getOrDefault(name, "");
    }

    @Override
    public List<Running> running() {
        return running;
    }

    @Override
    public long descriptors(int pid) {
        return descriptors.getOrDefault(pid, UNKNOWN);
    }

    @Override
    public Map<String, String> told() {
        return told;
    }

    @Override
    public String ask(List<String> command) {
        asked.add(command);
        if (real != null) {
            return real.ask(command);
        }
        String line = String.join(" ", command);
        return answers.entrySet().stream()
                .filter(a -> line.contains(a.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }
}
