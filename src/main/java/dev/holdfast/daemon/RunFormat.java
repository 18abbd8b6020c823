package dev.holdfast.daemon;

import dev.holdfast.process.RunFiles;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/**
 * RUN/format: in which form what runs is recorded, and by which version. A later version may add words to records, which
 * this one passes over. Where passing over would do harm (a new purpose of a process, another layout of the pump's
 * memory), it counts the format up: a version that does not know it then leaves the directory as it is.
 *
 * <p>Without the file, what runs was started by a version of before it, in format 1.
 *
 * @param files of the run directory
 * @param bootId nothing runs on from another boot
 * @param version this one's
 */
record RunFormat(RunFiles files, String bootId, String version) {
    /** What this version writes; it reads all up to it. */
    static final int OWN = 1;

    private static final String FORMAT = "format";
    private static final String VERSION = "version";
    private static final String BOOT = "boot_id";

    /** @return why nothing here may be touched, in a line; empty: what runs can be adopted, or nothing runs */
    Optional<String> refusal() throws IOException {
        String written = written();
        return written.isEmpty()
                ? Optional.empty()
                : refusal(written, bootId, version, files.anyInstances()).map(why -> files.runDir() + ": " + why);
    }

    /**
     * @param written what the file says
     * @param occupied whether instances are recorded
     */
    static Optional<String> refusal(String written, String bootId, String version, boolean occupied) {
        var words = new Properties();
        int format;
        try {
            words.load(new StringReader(written));
            format = Integer.parseInt(words.getProperty(FORMAT, ""));
        } catch (IOException | IllegalArgumentException unreadable) {
            format = Integer.MAX_VALUE;
        }
        if (format <= OWN || !occupied || !words.getProperty(BOOT, bootId).equals(bootId)) {
            return Optional.empty();
        }
        String other = words.getProperty(VERSION, "an unknown version");
        return Optional.of("what runs there was started by Holdfast " + other + ", in a form that " + version
                + " does not know: it runs on; start " + other
                + " or a later one, which adopts it and by holdfast down ends it;"
                + " under systemd, systemctl stop holdfast-instances ends it, too");
    }

    /** From now on it is this version's. */
    void claim() throws IOException {
        String own = FORMAT + "=" + OWN + "\n" + VERSION + "=" + version + "\n" + BOOT + "=" + bootId + "\n";
        if (!own.equals(written())) {
            Path fresh = file().resolveSibling(FORMAT + ".new");
            Files.writeString(fresh, own);
            Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Empty: there is none. */
    private String written() throws IOException {
        try {
            return new String(Files.readAllBytes(file()), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException none) {
            return "";
        }
    }

    private Path file() {
        return files.runDir().resolve(FORMAT);
    }
}
