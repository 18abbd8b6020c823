package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What the next daemon must know to adopt a running instance; a file of properties in the instance's directory, written
 * before the program's first instruction.
 *
 * @param bootId a pid of another boot is another process
 */
record InstanceRecord(
        InstanceId id,
        String label,
        ProcessRef leader,
        String bootId,
        Instant startedAt,
        Map<String, String> attributes) {
    private static final String FILE = "record";
    private static final String ATTRIBUTE = "attribute.";

    void write(Path instanceDir) throws IOException {
        var p = new Properties();
        p.setProperty("label", label);
        p.setProperty("pid", Integer.toString(leader.pid()));
        p.setProperty("start_ticks", Long.toString(leader.startTicks()));
        p.setProperty("boot_id", bootId);
        p.setProperty("started_at", startedAt.toString());
        attributes.forEach((k, v) -> p.setProperty(ATTRIBUTE + k, v));
        var text = new StringWriter();
        p.store(text, null);
        Path fresh = instanceDir.resolve(FILE + ".new");
        Files.writeString(fresh, text.toString(), StandardCharsets.UTF_8);
        Files.move(fresh, instanceDir.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** @throws IOException when there is none or it is damaged */
    static InstanceRecord read(Path instanceDir) throws IOException {
        var p = new Properties();
        p.load(new StringReader(Files.readString(instanceDir.resolve(FILE), StandardCharsets.UTF_8)));
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
                    p.getProperty("boot_id", ""),
                    Instant.parse(p.getProperty("started_at", "")),
                    attributes);
        } catch (NumberFormatException | java.time.format.DateTimeParseException damaged) {
            throw new IOException(instanceDir + ": damaged record: " + damaged.getMessage(), damaged);
        }
    }
}
