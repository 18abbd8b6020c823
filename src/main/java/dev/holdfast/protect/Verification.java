package dev.holdfast.protect;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether what was asked is so: what systemd says, then what stands in the unit's group. */
final class Verification {
    /** Of the unified hierarchy only; systemd leaves them out where it has the old one. */
    private static final Set<String> ONLY_V2 = Set.of("MemoryHigh", "MemorySwapMax", "MemoryLow");

    /** The kernel keeps memory in pages, of at most this size (64 KiB on aarch64). */
    private static final long PAGE = 64 << 10;

    private static final Pattern SPAN = Pattern.compile("([0-9.]+)(us|ms|min|month|s|h|d|w|y)");
    private static final Map<String, BigDecimal> MICROS = Map.of(
            "us", BigDecimal.ONE,
            "ms", BigDecimal.valueOf(1_000),
            "s", BigDecimal.valueOf(1_000_000),
            "min", BigDecimal.valueOf(60_000_000L),
            "h", BigDecimal.valueOf(3_600_000_000L),
            "d", BigDecimal.valueOf(86_400_000_000L),
            "w", BigDecimal.valueOf(604_800_000_000L),
            "month", BigDecimal.valueOf(2_629_800_000_000L),
            "y", BigDecimal.valueOf(31_557_600_000_000L));

    private final List<Setting> settings;
    private final Path file;
    private final Path cgroups;

    /** @param file our drop-in, as systemd names it */
    Verification(List<Setting> settings, Path file, Path cgroups) {
        this.settings = settings;
        this.file = file;
        this.cgroups = cgroups;
    }

    /** What {@link #differences} reads. */
    static Set<String> properties(List<Setting> settings) {
        var all = new LinkedHashSet<>(List.of(
                "Id",
                "LoadState",
                "LoadError",
                "ActiveState",
                "FragmentPath",
                "DropInPaths",
                "ControlGroup",
                "NeedDaemonReload",
                "MemoryCurrent",
                "TasksCurrent"));
        settings.forEach(s -> all.add(s.property()));
        return all;
    }

    /** One sentence for each limit that does not hold, saying why; none when all do. */
    List<String> differences(Systemd.Shown unit) {
        var differences = new ArrayList<String>();
        for (Setting s : settings) {
            String difference = difference(s, unit);
            if (difference != null) {
                differences.add(difference);
            }
        }
        return differences;
    }

    private @Nullable String difference(Setting s, Systemd.Shown unit) {
        List<String> shown = unit.all(s.property());
        if (shown.stream().noneMatch(v -> normal(s, v).equals(s.shown()))) {
            String now = shown.isEmpty() || shown.getFirst().isEmpty() ? "not set" : String.join(", ", shown);
            return s + " is not in force, it is " + now + ": " + winner(s, unit);
        }
        Path controllers = cgroups.resolve("cgroup.controllers");
        String controller = s.controller();
        if (controller == null) {
            return null;
        }
        if (!Files.exists(controllers)) {
            return ONLY_V2.contains(s.key())
                    ? s + " has no effect: this host has cgroup v1, which knows no such limit"
                    : null;
        }
        if (!List.of(text(controllers).split(" ", -1)).contains(controller)) {
            return s + " has no effect: this kernel offers no " + controller + " controller (" + controllers + ": "
                    + text(controllers) + ")";
        }
        return inGroup(s, unit);
    }

    /** Null as long as nothing runs: then there is no group. */
    private @Nullable String inGroup(Setting s, Systemd.Shown unit) {
        String path = unit.one("ControlGroup");
        Path group = cgroups.resolve(path.isEmpty() ? "." : path.substring(1));
        String name = s.file();
        if (path.isEmpty() || path.equals("/") || name == null || !Files.isDirectory(group)) {
            return null;
        }
        Path f = group.resolve(name);
        if (!Files.exists(f)) {
            return s + " has no effect: there is no " + f + "; is the " + s.controller()
                    + " controller taken away above?";
        }
        String there = text(f);
        if (stands(s, there)) {
            return null;
        }
        return s + " has not reached the kernel, " + f + " says "
                + (there.isEmpty() ? "nothing" : there.replace("\n", "; "))
                + (name.equals("io.max") ? ": is there a disk below that path?" : "");
    }

    private static boolean stands(Setting s, String there) {
        String name = String.valueOf(s.file());
        if (name.startsWith("memory.")) {
            return there.matches("\\d{1,18}") && Math.abs(Long.parseLong(there) - Long.parseLong(s.inFile())) < PAGE;
        }
        if (name.equals("cpu.max")) {
            Matcher m = Pattern.compile("(\\d{1,12}) (\\d{1,12})").matcher(there);
            return m.matches()
                    && Long.parseLong(m.group(1)) * 1000 / Long.parseLong(m.group(2)) == Long.parseLong(s.inFile());
        }
        if (name.equals("io.max")) {
            return (there.replace('\n', ' ') + " ").contains(" " + s.inFile() + " ");
        }
        return there.lines().anyMatch(s.inFile()::equals);
    }

    /** Which of the unit's files has the last word, as far as files explain it. */
    private String winner(Setting s, Systemd.Shown unit) {
        if (unit.one("LoadState").equals("masked")) {
            return unit.one("Id") + " is masked";
        }
        List<String> files = unit.files();
        if (!files.contains(file.toString())) {
            return "systemd did not read " + file
                    + (unit.one("LoadError").isEmpty() ? "" : " (" + unit.one("LoadError") + ")");
        }
        Pattern line = Pattern.compile("(?m)^\\s*" + s.key() + "\\s*=.*$");
        String last = "";
        String written = "";
        for (String f : files) {
            Matcher m = line.matcher(text(Path.of(f)));
            while (m.find()) {
                last = f;
                written = m.group().strip();
            }
        }
        if (last.isEmpty() || last.equals(file.toString())) {
            return "systemd did not take it; its journal says why";
        }
        return last + " is read later and says " + written;
    }

    /** As {@link Setting#shown} has it. */
    static String normal(Setting s, String shown) {
        return s.property().endsWith("USec") ? micros(shown) : shown;
    }

    /** A time as {@code systemctl show} writes it, such as {@code 1min 30s}; anything else as it is. */
    private static String micros(String span) {
        BigDecimal sum = BigDecimal.ZERO;
        for (String part : span.split(" ", -1)) {
            Matcher m = SPAN.matcher(part);
            if (!m.matches()) {
                return span;
            }
            sum = sum.add(new BigDecimal(m.group(1)).multiply(MICROS.getOrDefault(m.group(2), BigDecimal.ZERO)));
        }
        return sum.stripTrailingZeros().toPlainString();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            return "";
        }
    }
}
