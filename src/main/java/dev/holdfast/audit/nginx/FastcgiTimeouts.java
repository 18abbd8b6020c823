package dev.holdfast.audit.nginx;

import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.note.Notes;
import java.util.List;

/**
 * How long nginx waits for FastCGI, by its files with all that they include.
 *
 * @param known whether there is an nginx that sends to FastCGI
 * @param millis each that is set
 * @param evidence where, in the same order
 */
public record FastcgiTimeouts(boolean known, List<Long> millis, List<String> evidence) {
    private static final String NAME = "fastcgi_read_timeout";

    public static FastcgiTimeouts read(Grounds host) {
        String file = NginxAudit.file(host);
        if (file.isEmpty()) {
            return new FastcgiTimeouts(false, List.of(), List.of());
        }
        // What is wrong with the files is said where nginx itself is audited.
        List<Directive> all = ConfigurationReader.read(new Notes(host, Rules.UNREADABLE), file);
        List<Directive> set = all.stream()
                .filter(d -> d.name().equals(NAME) && Amounts.millis(d.first()) >= 0)
                .toList();
        return new FastcgiTimeouts(
                all.stream().anyMatch(d -> d.name().equals("fastcgi_pass")),
                set.stream().map(d -> Amounts.millis(d.first())).toList(),
                set.stream()
                        .map(d -> d.site() + ": " + NAME + " " + Notes.shown(d.first()))
                        .toList());
    }
}
