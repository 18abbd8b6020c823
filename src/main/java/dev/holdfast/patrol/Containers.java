package dev.holdfast.patrol;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * From a process's group to its container, and from the container's id to its name, as the runtimes keep it in files:
 * Docker, Podman, and containerd (Kubernetes, nerdctl). One thread uses it.
 */
final class Containers {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern DOCKER = Pattern.compile("\"Name\":\\s*\"/([^\"]+)\"");
    private static final Pattern CONTAINERD =
            Pattern.compile("\"(?:nerdctl/name|io\\.kubernetes\\.cri\\.container-name)\":\\s*\"([^\"]+)\"");
    private static final Duration AGAIN = Duration.ofSeconds(30);
    private static final long MOST_BYTES = 4 << 20;

    private final Path root;
    private final Map<String, Known> known = new HashMap<>();

    /** @param name empty: none was found */
    private record Known(String name, MonoTime asked) {}

    /** @param root below which the runtimes' directories lie: / */
    Containers(Path root) {
        this.root = root;
    }

    /** The innermost container of a group's path; empty when it is in none. */
    static String id(String cgroup) {
        String id = "";
        Matcher m = ID.matcher(cgroup);
        while (m.find()) {
            id = m.group();
        }
        return id;
    }

    /** Empty while it is not known. */
    String name(String id, MonoTime now) {
        Known k = known.get(id);
        if (k == null || (k.name.isEmpty() && !now.isBefore(k.asked.plus(AGAIN)))) {
            k = new Known(ask(id), now);
            if (known.size() > 10_000) {
                known.clear();
            }
            known.put(id, k);
        }
        return k.name;
    }

    private String ask(String id) {
        String docker = first(
                DOCKER, root.resolve("var/lib/docker/containers").resolve(id).resolve("config.v2.json"));
        if (!docker.isEmpty()) {
            return docker;
        }
        for (String storage : List.of("overlay-containers", "vfs-containers", "btrfs-containers")) {
            Path podman =
                    root.resolve("var/lib/containers/storage").resolve(storage).resolve("containers.json");
            String name = first(
                    Pattern.compile("\"id\":\\s*\"" + id + "\"[^\\]]*?\"names\":\\s*\\[\\s*\"([^\"]+)\""), podman);
            if (!name.isEmpty()) {
                return name;
            }
        }
        Path tasks = root.resolve("run/containerd/io.containerd.runtime.v2.task");
        try (DirectoryStream<Path> namespaces = Files.newDirectoryStream(tasks)) {
            for (Path namespace : namespaces) {
                String name = first(CONTAINERD, namespace.resolve(id).resolve("config.json"));
                if (!name.isEmpty()) {
                    return name;
                }
            }
        } catch (IOException none) {
            return "";
        }
        return "";
    }

    private static String first(Pattern pattern, Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
                return "";
            }
            Matcher m = pattern.matcher(Files.readString(file));
            return m.find() ? m.group(1) : "";
        } catch (IOException unreadable) {
            return "";
        }
    }
}
