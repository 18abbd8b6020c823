package dev.holdfast.protect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A running systemd, asked by {@link Systemctl}. */
final class Systemd {
    private final Systemctl systemctl;

    Systemd(Systemctl systemctl) {
        this.systemctl = systemctl;
    }

    /**
     * What {@code systemctl show} says of one unit.
     *
     * @param values by property; a list has several
     */
    record Shown(String unit, Map<String, List<String>> values) {
        /** Empty when it is not shown. */
        String one(String property) {
            List<String> all = values.getOrDefault(property, List.of());
            return all.isEmpty() ? "" : all.getFirst();
        }

        List<String> all(String property) {
            return values.getOrDefault(property, List.of());
        }

        /** In the order they are read; the unit's own file first. */
        List<String> files() {
            var files = new ArrayList<String>();
            for (String property : List.of("FragmentPath", "DropInPaths")) {
                Arrays.stream(one(property).split(" ", -1))
                        .filter(f -> !f.isEmpty())
                        .forEach(files::add);
            }
            return files;
        }
    }

    Shown show(String unit, Collection<String> properties) throws IOException {
        Systemctl.Answer a = said(
                List.of("show", "--property=" + String.join(",", properties), "--", unit), "shows nothing of " + unit);
        var values = new LinkedHashMap<String, List<String>>();
        a.out().lines().forEach(l -> {
            int equals = l.indexOf('=');
            if (equals > 0) {
                values.computeIfAbsent(l.substring(0, equals), _ -> new ArrayList<>())
                        .add(l.substring(equals + 1));
            }
        });
        return new Shown(unit, values);
    }

    /** Instances of a template that are loaded. */
    List<String> instances(UnitName template) throws IOException {
        String pattern = template.stem() + "*" + template.kind().suffix();
        return firstWords(List.of("list-units", "--all", "--no-legend", "--plain", "--", pattern));
    }

    void reload() throws IOException {
        said(List.of("daemon-reload"), "did not reload its units");
    }

    private List<String> firstWords(List<String> arguments) throws IOException {
        return said(arguments, "lists no units")
                .out()
                .lines()
                .map(l -> l.strip().split("\\s+", 2)[0])
                .filter(w -> !w.isEmpty())
                .toList();
    }

    private Systemctl.Answer said(List<String> arguments, String otherwise) throws IOException {
        Systemctl.Answer a = systemctl.ask(arguments);
        if (a.code() != 0) {
            throw new IOException("systemd " + otherwise + ": systemctl " + String.join(" ", arguments) + " ended with "
                    + a.code() + ": " + a.err().strip());
        }
        return a;
    }
}
