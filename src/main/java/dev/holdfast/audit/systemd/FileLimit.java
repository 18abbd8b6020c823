package dev.holdfast.audit.systemd;

import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import org.jspecify.annotations.Nullable;

/**
 * How many descriptors a service may have open by its unit, drop-ins included.
 *
 * @param number its soft limit; {@link Long#MAX_VALUE}: no limit but the kernel's
 */
public record FileLimit(long number, String written, Site site) {

    /** @return null: the unit is not there, or says nothing that can be read */
    public static @Nullable FileLimit of(Grounds host, String unit) {
        // What is wrong with its files is said where systemd itself is audited.
        Unit read = Unit.read(new Notes(host, Rules.UNREADABLE), unit);
        Unit.Assignment limit = read == null ? null : read.last("Service.LimitNOFILE");
        if (limit == null) {
            return null;
        }
        String soft = limit.value().split(":", 2)[0].strip();
        if (soft.equals("infinity")) {
            return new FileLimit(Long.MAX_VALUE, limit.value(), limit.site());
        }
        return soft.matches("\\d{1,18}") ? new FileLimit(Long.parseLong(soft), limit.value(), limit.site()) : null;
    }
}
