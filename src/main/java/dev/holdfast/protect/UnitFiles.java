package dev.holdfast.protect;

import dev.holdfast.config.Problem;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Unit files as they lie on a disk (systemd.unit(5), "unit file load path"): for where no systemd can be asked, and for
 * names to choose from, which systemd itself can take half a minute to list.
 */
final class UnitFiles {
    private static final List<String> DIRECTORIES = List.of(
            "etc/systemd/system",
            "run/systemd/system",
            "run/systemd/generator",
            "run/systemd/transient",
            "usr/local/lib/systemd/system",
            "usr/lib/systemd/system",
            "lib/systemd/system");
    private static final int MOST_HINTS = 5;

    private UnitFiles() {}

    /** Names of all unit files below {@code root}. */
    static Set<String> names(Path root) {
        var names = new TreeSet<String>();
        for (String dir : DIRECTORIES) {
            names.addAll(in(root.resolve(dir)));
        }
        return names;
    }

    private static Set<String> in(Path dir) {
        var names = new TreeSet<String>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
            for (Path p : entries) {
                String name = String.valueOf(p.getFileName());
                if (name.indexOf('.') > 0 && !name.endsWith(".d") && !name.endsWith(".wants")) {
                    names.add(name);
                }
            }
        } catch (IOException noneIsKnownThere) {
            return Set.of();
        }
        return names;
    }

    /** {@code , did you mean a or b?} */
    static String hint(UnitName unit, Collection<String> known) {
        String wanted = unit.stem();
        String suffix = unit.kind().suffix();
        var near = new LinkedHashSet<String>();
        List<String> stems = known.stream()
                .filter(k -> k.endsWith(suffix))
                .map(k -> k.substring(0, k.length() - suffix.length()))
                .toList();
        String nearest = Problem.hint(wanted, stems);
        if (!nearest.isEmpty()) {
            near.add(nearest.substring(", did you mean ".length(), nearest.length() - 1));
        }
        if (wanted.length() > 2) {
            stems.stream()
                    .filter(s -> s.contains(wanted) || (s.length() > 2 && wanted.contains(s)))
                    .forEach(near::add);
        }
        if (near.isEmpty()) {
            return "";
        }
        return ", did you mean "
                + String.join(
                        " or ",
                        near.stream().limit(MOST_HINTS).map(s -> s + suffix).toList())
                + "?";
    }
}
