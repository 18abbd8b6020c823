package dev.holdfast.audit.kernel;

import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** sysctl.d(5): files by their names, whatever their directory; one in /etc hides one of that name in /usr/lib. */
final class SysctlFiles {
    private static final List<String> DIRECTORIES =
            List.of("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d");
    private static final String LAST = "/etc/sysctl.conf";

    /** @param value blanks between its parts made one */
    record Set(String value, Site site) {}

    private SysctlFiles() {}

    /** Settings by name with dots, in the order in which they are read. */
    static Map<String, List<Set>> read(Notes notes) {
        var byName = new TreeMap<String, String>();
        for (String directory : DIRECTORIES) {
            for (String file : notes.glob(directory + "/*.conf")) {
                byName.putIfAbsent(file.substring(file.lastIndexOf('/') + 1), file);
            }
        }
        var files = new ArrayList<>(byName.values());
        // procps reads it last; systemd by a link of this name, which is the same file
        files.removeIf(f -> f.endsWith("/99-sysctl.conf") && notes.isFile(LAST));
        if (notes.isFile(LAST)) {
            files.add(LAST);
        }
        var settings = new LinkedHashMap<String, List<Set>>();
        files.forEach(f -> file(notes, f, settings));
        return settings;
    }

    private static void file(Notes notes, String file, Map<String, List<Set>> settings) {
        List<String> lines = notes.lines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            int is = line.indexOf('=');
            String name = (is < 0 ? line : line.substring(0, is)).strip();
            boolean bare = name.startsWith("-");
            if (is < 0) {
                if (!bare) { // -name leaves a name out of what patterns set
                    notes.broken(new Site(file, i + 1), "is no setting: = is missing", line);
                }
                continue;
            }
            settings.computeIfAbsent(dotted(bare ? name.substring(1).strip() : name), _ -> new ArrayList<>())
                    .add(new Set(
                            String.join(" ", line.substring(is + 1).strip().split("\\s+")), new Site(file, i + 1)));
        }
    }

    /** {@code net/ipv4/ip_forward} is {@code net.ipv4.ip_forward}; what comes first says which it is. */
    private static String dotted(String name) {
        int slash = name.indexOf('/');
        int dot = name.indexOf('.');
        return slash < 0 || (dot >= 0 && dot < slash) ? name : name.replace('/', '.');
    }
}
