package dev.holdfast.protect;

import dev.holdfast.config.Place;
import dev.holdfast.config.Problem;
import dev.holdfast.config.Tree;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one service of a compose file, as the Compose Specification writes them ({@code deploy.resources}, and
 * beside it what that has no key for).
 *
 * @param yaml a whole file of this service's limits, those that it has already included: to paste, or to give to
 *     {@code docker compose -f} as a second file
 * @param diff how the service's own keys change; empty when it has none of them, or they stay
 * @param notes what else to look at
 */
public record ComposeBlock(String yaml, List<String> diff, List<String> notes) {
    private static final Place NOWHERE = new Place("", 1, 1);
    private static final List<String> BESIDE = List.of("memswap_limit", "cpu_shares", "oom_score_adj", "blkio_config");
    private static final int USUAL_SHARES = 1024;

    /** What came of it: a block, or what is wrong with the file. */
    public sealed interface Result {
        record Block(ComposeBlock block) implements Result {}

        record Wrong(List<Problem> problems) implements Result {}

        record NoService(String why) implements Result {}
    }

    /** Options that a compose file has no key for, as sentences. */
    public static List<String> unfit(Limits l) {
        var unfit = new ArrayList<String>();
        if (l.memoryHigh() != null) {
            unfit.add("--memory-high: a compose file has no key for it");
        }
        if (l.nice() != null) {
            unfit.add("--nice: a compose file has no key for it; the image's command can be run by nice(1)");
        }
        if (l.timeout() != null) {
            unfit.add("--timeout: a compose file has no key for it; the image's command can be run by timeout(1)");
        }
        if (l.io().stream().anyMatch(d -> d.device().equals(DeviceLimit.ROOT))) {
            unfit.add("a compose file limits disks by their nodes: --io-read-bytes /dev/sda=10Mi");
        }
        Integer weight = l.ioWeight();
        if (weight != null && (weight < 10 || weight > 1000)) {
            unfit.add("--io-weight: a compose file takes 10 to 1000, not " + weight);
        }
        return unfit;
    }

    /** Reads the file, and nothing else. */
    public static Result of(Path file, String service, Limits limits) {
        return switch (Tree.read(file)) {
            case Tree.Read.Unsound(List<Problem> problems) -> new Result.Wrong(problems);
            case Tree.Read.Sound(Tree.Mapping root) -> of(root, service, limits);
        };
    }

    private static Result of(Tree.Mapping root, String service, Limits limits) {
        if (!(root.get("services") instanceof Tree.Mapping services)) {
            Tree written = root.get("services");
            Place at = written == null ? root.place() : written.place();
            return new Result.Wrong(List.of(at.problem("services is expected here, a mapping of names")));
        }
        Tree found = services.get(service);
        if (found == null) {
            return new Result.NoService(
                    "there is no service " + service + " in " + root.place().file()
                            + Problem.hint(service, services.entries().keySet()) + " (it has "
                            + String.join(", ", services.entries().keySet()) + ")");
        }
        if (!(found instanceof Tree.Mapping has)) {
            return new Result.Wrong(List.of(found.place().problem("a service is a mapping")));
        }
        for (List<String> path : List.of(
                List.of("deploy"),
                List.of("deploy", "resources"),
                List.of("deploy", "resources", "limits"),
                List.of("deploy", "resources", "reservations"),
                List.of("blkio_config"))) {
            Tree t = at(has, path);
            if (t != null && !(t instanceof Tree.Mapping)) {
                return new Result.Wrong(List.of(t.place().problem(String.join(".", path) + " is a mapping")));
            }
        }
        return new Result.Block(block(service, has, limits));
    }

    private static ComposeBlock block(String service, Tree.Mapping has, Limits limits) {
        Map<String, Tree> before = own(has);
        Map<String, Tree> after = new LinkedHashMap<>(before);
        put(after, limits);
        String old = YamlText.of(whole(service, before));
        String yaml = YamlText.of(whole(service, after));
        List<String> diff =
                before.isEmpty() ? List.of() : UnifiedDiff.of(has.place().file(), old, service + ", protected", yaml);
        return new ComposeBlock(yaml, diff, notes(has, limits));
    }

    /** What the service has already of the keys that we may set. */
    private static Map<String, Tree> own(Tree.Mapping has) {
        var own = new LinkedHashMap<String, Tree>();
        Tree resources = at(has, List.of("deploy", "resources"));
        if (resources != null) {
            own.put("deploy", mapping(Map.of("resources", resources)));
        }
        for (String key : BESIDE) {
            Tree t = has.get(key);
            if (t != null) {
                own.put(key, t);
            }
        }
        return own;
    }

    private static void put(Map<String, Tree> to, Limits l) {
        CpuAmount cpu = l.cpu();
        if (cpu != null) {
            put(to, List.of("deploy", "resources", "limits", "cpus"), cpu.toString());
        }
        size(to, List.of("deploy", "resources", "limits", "memory"), l.memory());
        number(to, List.of("deploy", "resources", "limits", "pids"), l.tasks());
        CpuAmount reserved = l.reserveCpu();
        if (reserved != null) {
            put(to, List.of("deploy", "resources", "reservations", "cpus"), reserved.toString());
        }
        size(to, List.of("deploy", "resources", "reservations", "memory"), l.reserveMemory());
        size(to, List.of("memswap_limit"), l.memorySwap());
        Integer weight = l.cpuWeight();
        if (weight != null) {
            number(to, List.of("cpu_shares"), Math.max(2, Math.round(weight * USUAL_SHARES / 100f)));
        }
        number(to, List.of("oom_score_adj"), l.oomScoreAdj());
        number(to, List.of("blkio_config", "weight"), l.ioWeight());
        disks(to, "device_read_bps", l.readBytes());
        disks(to, "device_write_bps", l.writeBytes());
        disks(to, "device_read_iops", l.readOps());
        disks(to, "device_write_iops", l.writeOps());
    }

    private static void size(Map<String, Tree> to, List<String> path, @Nullable ByteSize size) {
        if (size != null
                && !(at(mapping(to), path) instanceof Tree.Text(var _, String text)
                        && text != null
                        && DockerSize.parse(text) == size.bytes())) { // what means the same stays as it is written
            put(to, path, DockerSize.of(size));
        }
    }

    private static void number(Map<String, Tree> to, List<String> path, @Nullable Integer n) {
        if (n != null) {
            put(to, path, n.toString());
        }
    }

    private static void disks(Map<String, Tree> to, String key, List<DeviceLimit> limits) {
        if (limits.isEmpty()) {
            return;
        }
        var items = new ArrayList<Tree>();
        for (DeviceLimit d : limits) {
            var item = new LinkedHashMap<String, Tree>();
            item.put("path", new Tree.Text(NOWHERE, d.device()));
            item.put("rate", new Tree.Text(NOWHERE, Long.toString(d.amount())));
            items.add(mapping(item));
        }
        put(to, List.of("blkio_config", key), new Tree.Sequence(NOWHERE, items));
    }

    private static void put(Map<String, Tree> to, List<String> path, String text) {
        put(to, path, new Tree.Text(NOWHERE, text));
    }

    private static void put(Map<String, Tree> to, List<String> path, Tree value) {
        String key = path.getFirst();
        if (path.size() == 1) {
            to.put(key, value);
            return;
        }
        var below = new LinkedHashMap<String, Tree>();
        if (to.get(key) instanceof Tree.Mapping m) {
            below.putAll(m.entries());
        }
        put(below, path.subList(1, path.size()), value);
        to.put(key, mapping(below));
    }

    private static @Nullable Tree at(Tree.Mapping from, List<String> path) {
        Tree t = from;
        for (String key : path) {
            t = t instanceof Tree.Mapping m ? m.get(key) : null;
        }
        return t;
    }

    private static Tree.Mapping whole(String service, Map<String, Tree> keys) {
        return mapping(Map.of("services", mapping(Map.of(service, mapping(keys)))));
    }

    private static Tree.Mapping mapping(Map<String, Tree> entries) {
        return new Tree.Mapping(NOWHERE, entries);
    }

    private static List<String> notes(Tree.Mapping has, Limits l) {
        var notes = new ArrayList<String>();
        clash(notes, has, "mem_limit", l.memory() != null, "limits.memory");
        clash(notes, has, "cpus", l.cpu() != null, "limits.cpus");
        clash(notes, has, "pids_limit", l.tasks() != null, "limits.pids");
        clash(notes, has, "mem_reservation", l.reserveMemory() != null, "reservations.memory");
        Tree base = has.get("extends");
        if (base != null) {
            notes.add(base.place()
                    .problem("note: it extends another service, whose limits are not looked at")
                    .toString());
        }
        if (l.reserveCpu() != null) {
            notes.add("note: reservations.cpus counts in a swarm only; --cpu-weight counts on one host too");
        }
        ByteSize memory = l.memory();
        if (memory != null && l.memorySwap() == null && has.get("memswap_limit") == null) {
            notes.add("note: without --memory-swap Docker lets it use as much swap again as --memory");
        }
        return notes;
    }

    private static void clash(List<String> notes, Tree.Mapping has, String key, boolean asked, String below) {
        Tree t = has.get(key);
        if (asked && t != null) {
            notes.add(t.place()
                    .problem("note: take " + key + " away: compose refuses it beside another deploy.resources." + below)
                    .toString());
        }
    }
}
