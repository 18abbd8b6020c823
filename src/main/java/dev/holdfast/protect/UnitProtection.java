package dev.holdfast.protect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Limits of one unit: writes, shows, verifies and removes our drop-in. */
public final class UnitProtection {
    private final Site site;
    private final Mode mode;
    private final Consumer<String> out;
    private final Consumer<String> err;
    private final @Nullable Systemd systemd;

    /** How far to go. */
    public enum Mode {
        /** Shows what would be written. */
        DRY,
        /** Writes, and leaves systemd as it is. */
        WRITE,
        /** Writes, has systemd read it, and looks whether it holds. */
        APPLY
    }

    /** How it went; why is said on the way. */
    public enum Ended {
        DONE,
        /** Nothing, or not all of it, is in force. */
        FAILED,
        /** Nothing was written, as nobody would read it. */
        NO_SYSTEMD,
        NO_UNIT
    }

    /**
     * @param out lines of what is done
     * @param err lines of what is wrong or odd
     */
    public UnitProtection(Site site, Mode mode, Consumer<String> out, Consumer<String> err) {
        this.site = site;
        this.mode = mode;
        this.out = out;
        this.err = err;
        Systemctl systemctl = site.systemctl();
        this.systemd = systemctl == null ? null : new Systemd(systemctl);
    }

    /** Options that units of this kind do not have, as a sentence; null when there is none. */
    public static @Nullable String unfit(UnitName unit, Limits limits) {
        List<String> options = Setting.of(limits).stream()
                .filter(s -> !s.fits(unit.kind()))
                .map(Setting::option)
                .toList();
        return options.isEmpty()
                ? null
                : String.join(", ", options) + ": a " + unit.kind().suffix().substring(1)
                        + " has no such setting; give it to the services in it";
    }

    /** The drop-in says exactly these limits from now on. */
    public Ended protect(UnitName asked, Limits limits) throws IOException {
        if (systemdIsMissing()) {
            return Ended.NO_SYSTEMD;
        }
        List<Setting> settings = Setting.of(limits);
        UnitName unit = known(asked);
        if (unit == null) {
            return Ended.NO_UNIT;
        }
        Systemd.Shown before = shown(unit, settings);
        if (before != null && before.one("LoadState").equals("masked")) {
            err.accept(unit + " is masked: it cannot start, so there is nothing to protect; nothing was written");
            return Ended.FAILED;
        }
        var dropIn = new DropIn(site.root(), unit);
        String old = dropIn.read();
        if (foreign(old, dropIn)) {
            return Ended.FAILED;
        }
        if (before != null) {
            Usage.warnings(before, limits).forEach(w -> err.accept("warning: " + w));
        }
        String text = DropIn.text(unit, settings);
        boolean same = text.equals(old);
        if (same) {
            out.accept(dropIn.file() + " is unchanged");
        } else {
            UnifiedDiff.of(
                            old == null ? "/dev/null" : dropIn.file().toString(),
                            old == null ? "" : old,
                            dropIn.file().toString(),
                            text)
                    .forEach(out);
        }
        if (mode == Mode.DRY) {
            out.accept("dry run: nothing was written");
            return Ended.DONE;
        }
        if (!same) {
            dropIn.write(text);
            out.accept("wrote " + dropIn.file());
        }
        return apply(unit, settings, dropIn);
    }

    /** Takes our drop-in away, and leaves all others. */
    public Ended remove(UnitName asked) throws IOException {
        if (systemdIsMissing()) {
            return Ended.NO_SYSTEMD;
        }
        UnitName unit = canonical(asked); // also of a unit that is gone
        var dropIn = new DropIn(site.root(), unit);
        String old = dropIn.read();
        if (old == null) {
            out.accept("there is no " + dropIn.file());
            return Ended.DONE;
        }
        if (foreign(old, dropIn)) {
            return Ended.FAILED;
        }
        UnifiedDiff.of(dropIn.file().toString(), old, "/dev/null", "").forEach(out);
        if (mode == Mode.DRY) {
            out.accept("dry run: nothing was removed");
            return Ended.DONE;
        }
        dropIn.remove();
        out.accept("removed " + dropIn.file());
        if (mode == Mode.APPLY && systemd != null) {
            systemd.reload();
            out.accept("systemd has read its units anew");
        }
        return Ended.DONE;
    }

    private boolean systemdIsMissing() {
        if (systemd == null && mode == Mode.APPLY) {
            err.accept("systemd does not run here (there is no /run/systemd/system): nothing was changed;"
                    + " --dry-run shows what would be, --no-reload does it all the same");
            return true;
        }
        return false;
    }

    private boolean foreign(@Nullable String old, DropIn dropIn) {
        if (old == null || DropIn.ours(old)) {
            return false;
        }
        err.accept(dropIn.file() + " was not written by holdfast protect: it is left alone, move it away first");
        UnifiedDiff.of("/dev/null", "", dropIn.file().toString(), old).forEach(err);
        return true;
    }

    /** Under its own name where it was asked for by an alias; null, and said, when there is none. */
    private @Nullable UnitName known(UnitName asked) throws IOException {
        UnitName unit = canonical(asked);
        Systemd s = systemd;
        if (s == null) {
            Set<String> files = UnitFiles.names(site.root());
            // systemd makes slices as they are named, and scopes are never files.
            boolean never = unit.kind() == UnitName.Kind.SLICE || unit.kind() == UnitName.Kind.SCOPE;
            if (never || files.contains(unit.name()) || files.contains(unit.source())) {
                return unit;
            }
            if (files.isEmpty()) {
                err.accept("warning: there are no unit files below " + site.root() + ": whether there is a " + unit
                        + " is not known");
                return unit;
            }
            return unknown(unit, files);
        }
        // Of a template systemd tells nothing, of any instance whether there is one.
        String one = unit.template() ? unit.stem() + "0" + unit.kind().suffix() : unit.name();
        return s.show(one, List.of("LoadState")).one("LoadState").equals("not-found")
                ? unknown(unit, UnitFiles.names(site.root()))
                : unit;
    }

    private @Nullable UnitName unknown(UnitName unit, Collection<String> all) {
        err.accept("there is no unit " + unit + UnitFiles.hint(unit, all) + " (systemctl list-unit-files lists them)");
        return null;
    }

    private UnitName canonical(UnitName asked) throws IOException {
        Systemd s = systemd;
        if (s == null || asked.template()) {
            return asked;
        }
        String id = s.show(asked.name(), List.of("Id")).one("Id");
        if (id.isEmpty() || id.equals(asked.name())) {
            return asked;
        }
        out.accept(asked + " is another name of " + id);
        return UnitName.parse(id);
    }

    private Systemd.@Nullable Shown shown(UnitName unit, List<Setting> settings) throws IOException {
        Systemd s = systemd;
        return s == null || unit.template() ? null : s.show(unit.name(), Verification.properties(settings));
    }

    private Ended apply(UnitName unit, List<Setting> settings, DropIn dropIn) throws IOException {
        Systemd s = systemd;
        if (mode != Mode.APPLY || s == null) {
            out.accept("systemd was not told: it takes effect after systemctl daemon-reload");
            return Ended.DONE;
        }
        s.reload();
        List<String> units = unit.template() ? s.instances(unit) : List.of(unit.name());
        if (units.isEmpty()) {
            out.accept("no instance of " + unit + " is loaded: whether it holds shows when one starts");
        }
        var verification = new Verification(settings, dropIn.file(), site.cgroups());
        var differences = new ArrayList<String>();
        for (String name : units) {
            Systemd.Shown shown = s.show(name, Verification.properties(settings));
            List<String> found = verification.differences(shown);
            found.forEach(d -> differences.add(units.size() == 1 ? d : name + ": " + d));
            if (found.isEmpty()) {
                inForce(name, settings, shown);
            }
        }
        differences.forEach(err);
        return differences.isEmpty() ? Ended.DONE : Ended.FAILED;
    }

    private void inForce(String name, List<Setting> settings, Systemd.Shown shown) {
        out.accept(name + ": "
                + String.join(" ", settings.stream().map(Setting::toString).toList())
                + (shown.one("ControlGroup").isEmpty() ? " (from its next start)" : ": in force"));
        List<String> later = settings.stream()
                .filter(x -> x.file() == null)
                .map(Setting::key)
                .toList();
        if (!later.isEmpty() && shown.one("ActiveState").equals("active")) {
            out.accept(name + " runs: " + String.join(", ", later) + " from its next start");
        }
    }

    /** For completion: units that have files. */
    public static Set<String> completions() {
        return UnitFiles.names(Path.of("/"));
    }

    /** @return what is wrong with a root that is to be an image's; null when nothing is */
    public static @Nullable String unfitRoot(Path root) {
        return java.nio.file.Files.isDirectory(root.resolve("etc"))
                ? null
                : root + " has no etc: it is no root of a system";
    }
}
