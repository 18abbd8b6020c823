package dev.holdfast.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Who this daemon is among those that share a store: the host's name, and what tells it from another of the same name. The
 * same for each daemon of a state directory, for it decides which jobs are its own.
 */
final class HostName {
    private HostName() {}

    /** @param machine what tells this machine from another to which its disk was copied, such as machine-id(5); may be empty */
    static String of(Path state, String host, String machine, Consumer<String> say) {
        Path file = state.resolve("host");
        String here = machine.isBlank() ? "" : "machine " + digest(machine);
        try {
            if (Files.exists(file)) {
                List<String> kept =
                        Files.readString(file, StandardCharsets.UTF_8).lines().toList();
                String name = kept.isEmpty() ? "" : kept.getFirst().strip();
                String there = kept.size() < 2 ? "" : kept.get(1).strip();
                boolean moved = !here.isEmpty() && !there.isEmpty() && !there.equals(here);
                if (moved) {
                    say.accept(file + " is of another machine, from which this directory was copied: this daemon takes"
                            + " another name than " + name + ", so that neither takes the other's jobs for its own");
                } else if (name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
                    if (there.isEmpty() && !here.isEmpty()) {
                        keep(file, name, here);
                    }
                    return name;
                }
            }
            String name = host.replaceAll("[^A-Za-z0-9.-]", "-").replaceAll("^[.-]+", "");
            String own = (name.isEmpty() ? "host" : name.substring(0, Math.min(64, name.length()))) + "-"
                    + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
            keep(file, own, here);
            return own;
        } catch (IOException e) {
            say.accept(
                    "the jobs of this daemon are not its successor's: " + file + " cannot be kept: " + e.getMessage());
            return host + "-"
                    + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        }
    }

    /** What machine-id(5) says; empty where nothing does. */
    static String machine() {
        try {
            return Files.readString(Path.of("/etc/machine-id"), StandardCharsets.UTF_8);
        } catch (IOException nothing) {
            return "";
        }
    }

    private static void keep(Path file, String name, String machine) throws IOException {
        Path written = Files.writeString(file.resolveSibling("host.new"), name + "\n" + machine + "\n");
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** machine-id(5): it is confidential, and not to be shown as it is. */
    private static String digest(String machine) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(("holdfast " + machine.strip()).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
