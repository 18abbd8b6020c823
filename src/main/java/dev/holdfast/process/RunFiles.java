package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Proc;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The launcher's part of the run directory, seen by whoever looks after that directory as a whole. Thread-safe.
 *
 * @param runDir absolute
 * @param proc such as /proc
 */
public record RunFiles(Path runDir, Path proc) {
    private static final Pattern GATE = Pattern.compile(".*/gates/(\\d+\\.(?:hello|gate))(?: \\(deleted\\))?");

    /** Whether another daemon would find this running instance: by a whole record that can be read now. */
    public boolean recorded(InstanceId id) {
        try {
            return InstanceRecord.whole(runDir.resolve("instances").resolve(id.value()));
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Whether any instance is recorded here, in whatever form: by the names of their directories. */
    public boolean anyInstances() throws IOException {
        Path instances = runDir.resolve("instances");
        if (!Files.isDirectory(instances)) {
            return false;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(instances, "????????????????????????????????")) {
            return all.iterator().hasNext();
        }
    }

    /**
     * An instance that is recorded and whose leader runs.
     *
     * @param label such as {@code web/1}
     */
    public record Running(String label, ProcessRef leader) {}

    /** What was started from here, by whichever daemon, and runs now; by label. What cannot be read is left out. */
    public List<Running> running() {
        Path instances = runDir.resolve("instances");
        var running = new ArrayList<Running>();
        var now = new Proc(proc);
        try (DirectoryStream<Path> all = Files.newDirectoryStream(instances, "????????????????????????????????")) {
            String bootId =
                    Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
            for (Path dir : all) {
                InstanceRecord r = readable(dir);
                if (r != null
                        && r.bootId().equals(bootId)
                        && now.stat(r.leader().pid())
                                .filter(s -> s.ref().equals(r.leader()) && s.state() != 'Z')
                                .isPresent()) {
                    running.add(new Running(r.label(), r.leader()));
                }
            }
        } catch (IOException | DirectoryIteratorException nothingToRead) {
            // what was found counts
        }
        running.sort(Comparator.comparing(Running::label));
        return running;
    }

    private static @Nullable InstanceRecord readable(Path dir) {
        try {
            return InstanceRecord.read(dir);
        } catch (IOException damaged) {
            return null;
        }
    }

    /** Whether launches find the directories and the first gate; whoever deletes one deletes all. */
    public boolean whole() {
        return Files.isDirectory(runDir.resolve("instances")) && Files.exists(runDir.resolve("gates/0.gate"));
    }

    /**
     * Makes launches possible again after the directory was deleted. The gates' FIFOs live on in the launcher's
     * descriptors; their names become links to these. What ran already stays without a record.
     */
    public void mend() throws IOException {
        Files.createDirectories(runDir.resolve("instances"));
        Path gates = Files.createDirectories(runDir.resolve("gates"));
        Files.setPosixFilePermissions(gates, PosixFilePermissions.fromString("rwx------"));
        Path descriptors = proc.resolve("self/fd");
        try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
            for (Path fd : all) {
                Matcher gate = GATE.matcher(target(fd));
                if (gate.matches()) {
                    Path name = gates.resolve(gate.group(1));
                    if (!Files.exists(name, LinkOption.NOFOLLOW_LINKS)) {
                        Files.createSymbolicLink(name, descriptors.resolve(fd.getFileName()));
                    }
                }
            }
        }
    }

    private static String target(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
