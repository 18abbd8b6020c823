package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the next daemon must know to adopt a running instance; a file of properties in the instance's directory, written
 * before the program's first instruction.
 *
 * @param cgroup directory of its group; null when it has none
 * @param bootId a pid of another boot is another process
 */
record InstanceRecord(
        InstanceId id,
        String label,
        ProcessRef leader,
        @Nullable String cgroup,
        String bootId,
        Instant startedAt,
        Map<String, String> attributes) {
    static final String FILE = "record";
    private static final String ATTRIBUTE = "attribute.";
    /** The last line: without it the writer died before it opened the gate, or the disk was full. */
    private static final String END = "end";

    /** What is known before there is a child. */
    static StringBuilder begin(Launch launch, @Nullable Cgroup group, String bootId) {
        var text = new StringBuilder(512); // by hand: Properties.store formats a date each time
        line(text, "label", launch.label());
        line(text, "boot_id", bootId);
        if (group != null) {
            line(text, "cgroup", group.toString());
        }
        launch.attributes().forEach((k, v) -> line(text, ATTRIBUTE + k, v));
        return text;
    }

    /**
     * @param text what {@link #begin} made
     * @param file empty
     */
    static void write(StringBuilder text, ProcessRef leader, Instant startedAt, Fd file) throws Errno {
        line(text, "pid", Integer.toString(leader.pid()));
        line(text, "start_ticks", Long.toString(leader.startTicks()));
        line(text, "started_at", startedAt.toString());
        line(text, END, "true");
        Descriptors.writeWhole(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Values are one line each; a backslash is all that {@link Properties#load} would take amiss in them. */
    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n');
    }

    /**
     * Whether there is one that was written to its end.
     *
     * @throws IOException when that cannot be told now
     */
    static boolean whole(Path instanceDir) throws IOException {
        try {
            return new String(Files.readAllBytes(instanceDir.resolve(FILE)), StandardCharsets.ISO_8859_1)
                    .endsWith("\n" + END + "=true\n");
        } catch (NoSuchFileException none) {
            return false;
        }
    }

    /** @throws IOException when there is none or it is damaged */
    static InstanceRecord read(Path instanceDir) throws IOException {
        var p = new Properties();
        try {
            p.load(new StringReader(Files.readString(instanceDir.resolve(FILE), StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException badEscape) {
            throw new IOException(instanceDir + ": damaged record: " + badEscape.getMessage(), badEscape);
        } catch (IOException e) {
            throw new IOException(instanceDir + ": the record cannot be read: " + e.getMessage(), e);
        }
        if (!"true".equals(p.getProperty(END))) {
            throw new IOException(instanceDir + ": the record breaks off");
        }
        var attributes = new TreeMap<String, String>();
        for (String key : p.stringPropertyNames()) {
            if (key.startsWith(ATTRIBUTE)) {
                attributes.put(key.substring(ATTRIBUTE.length()), p.getProperty(key));
            }
        }
        try {
            return new InstanceRecord(
                    new InstanceId(instanceDir.getFileName().toString()),
                    p.getProperty("label", ""),
                    new ProcessRef(
                            Integer.parseInt(p.getProperty("pid", "")),
                            Long.parseLong(p.getProperty("start_ticks", ""))),
                    p.getProperty("cgroup"),
                    p.getProperty("boot_id", ""),
                    Instant.parse(p.getProperty("started_at", "")),
                    attributes);
        } catch (IllegalArgumentException | java.time.format.DateTimeParseException damaged) {
            throw new IOException(instanceDir + ": damaged record: " + damaged.getMessage(), damaged);
        }
    }
}
