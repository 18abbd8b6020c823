package dev.holdfast.audit.systemd;

import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import org.jspecify.annotations.Nullable;

/**
 * How many descriptors a service may have open by its unit, drop-ins included, else by what the host gives all of them.
 *
 * @param key as it stands there
 * @param number its soft limit; {@link Long#MAX_VALUE}: no limit but the kernel's
 */
public record FileLimit(long number, String key, String written, Site site) {
    private static final String DEFAULT = "DefaultLimitNOFILE";

    /** @return null: the unit is not there, or says nothing that can be read */
    public static @Nullable FileLimit of(Grounds host, String unit) {
        // What is wrong with its files is said where systemd itself is audited.
        var notes = new Notes(host, Rules.UNREADABLE);
        Unit read = Unit.read(notes, unit);
        if (read == null) {
            return null;
        }
        FileLimit own = of("LimitNOFILE", read.last("Service.LimitNOFILE"));
        return own != null ? own : of(DEFAULT, Unit.ofTheHost(notes).last("Manager." + DEFAULT));
    }

    private static @Nullable FileLimit of(String key, Unit.@Nullable Assignment limit) {
        if (limit == null) {
            return null;
        }
        String soft = limit.value().split(":", 2)[0].strip();
        if (soft.equals("infinity")) {
            return new FileLimit(Long.MAX_VALUE, key, limit.value(), limit.site());
        }
        return soft.matches("\\d{1,18}") ? new FileLimit(Long.parseLong(soft), key, limit.value(), limit.site()) : null;
    }
}
