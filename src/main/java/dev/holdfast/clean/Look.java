package dev.holdfast.clean;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.DirectoryEntry;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Kind;
import dev.holdfast.linux.OpenFiles;
import dev.holdfast.workdir.Glob;
import dev.holdfast.workdir.Shown;
import dev.holdfast.workdir.Trail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Finds what is due in one root. Changes nothing. */
final class Look {
    /** So many are known at once, whatever there is: memory is bounded. */
    static final int AT_ONCE = 10_000;

    /** Of a walk; each step down may keep some 80 KB. */
    static final int MOST_DEPTH = 256;

    /** Takes what is due. */
    interface Piece {
        /** @return false to look no further */
        boolean due(List<Found> some) throws Errno;
    }

    private interface Matching {
        boolean found(Found f) throws Errno;
    }

    private final CleanupSpec spec;
    private final @Nullable Glob pattern;
    private final @Nullable OpenFiles open;
    private final Set<FileStatus.Identity> untouchable;
    private final BooleanSupplier givenUp;
    private final Cleaned.Notes notes;
    /** Nothing newer than this is due. */
    private final Instant newest;
    /** Whether the first of two walks is underway, which only finds the newest. */
    private boolean counting;

    /**
     * @param open null: whether something is used does not matter
     * @param untouchable directories that are not due, whatever else they are
     */
    Look(
            CleanupSpec spec,
            Instant now,
            @Nullable OpenFiles open,
            Set<FileStatus.Identity> untouchable,
            BooleanSupplier givenUp,
            Cleaned.Notes notes) {
        this.spec = spec;
        this.pattern = spec.namePattern() == null ? null : Glob.of(spec.namePattern());
        this.open = open;
        this.untouchable = untouchable;
        this.givenUp = givenUp;
        this.notes = notes;
        this.newest = spec.olderThan() == null ? Instant.MAX : now.minus(spec.olderThan());
    }

    /** All that is due there, in the order of directories, {@link #AT_ONCE} at a time. */
    void in(Roots.Root root, Piece piece) throws Errno, Trail.Lost {
        Newest kept = null;
        if (spec.keepNewest() > 0) {
            var all = new Newest(spec.keepNewest());
            counting = true;
            boolean whole;
            try {
                whole = walk(root, all::add);
            } finally {
                counting = false;
            }
            if (!whole) {
                return;
            }
            kept = all;
        }
        Newest staying = kept;
        var some = new ArrayList<Found>();
        walk(root, f -> {
            if (!isDue(f) || (staying != null && staying.has(f))) {
                return true;
            }
            some.add(f);
            if (some.size() < AT_ONCE) {
                return true;
            }
            boolean on = piece.due(List.copyOf(some));
            some.clear();
            return on;
        });
        if (!some.isEmpty()) {
            piece.due(some);
        }
    }

    private boolean isDue(Found f) {
        return !f.newest().isAfter(newest)
                && (spec.largerThan() == null || f.size() > spec.largerThan().bytes())
                && !f.used();
    }

    /** @return whether all of it was seen, or as much as was wanted */
    private boolean walk(Roots.Root root, Matching matching) throws Errno, Trail.Lost {
        Directory top = root.directory().listable();
        try (var trail = new Trail(top, top.status())) {
            var ins = new ArrayList<>(
                    List.of(Found.In.root(root.path(), top.status().identity())));
            while (true) {
                DirectoryEntry entry = trail.next();
                if (entry == null && trail.atTop()) {
                    return true;
                } else if (entry == null) {
                    trail.up();
                    ins.removeLast();
                } else if (givenUp.getAsBoolean()) {
                    notes.problem(Shown.text(root.path()) + ": the look was given up, "
                            + (counting ? "so nothing is deleted" : "the rest is left for the next time"));
                    return false;
                } else if (!entry(trail, root, ins, entry, matching)) {
                    return true;
                }
            }
        }
    }

    private boolean entry(Trail trail, Roots.Root root, List<Found.In> ins, DirectoryEntry entry, Matching matching)
            throws Errno {
        Found f = null;
        try {
            f = look(trail, root, ins, entry.name());
        } catch (Errno e) {
            boolean other = e.number() == Errno.ENOENT || e.number() == Errno.ENOTDIR; // it is another thing meanwhile
            if (!other && !counting) {
                notes.problem(Shown.text(root.path()) + "/" + trail.path(entry.name()) + ": " + Errno.text(e.number()));
            }
        }
        return f == null || matching.found(f);
    }

    private @Nullable Found look(Trail trail, Roots.Root root, List<Found.In> ins, byte[] name) throws Errno {
        FileStatus s = trail.directory().status(name).orElse(null);
        if (s == null || s.mount() != root.mount() || Aside.isOurs(name, s)) { // of a cleaning that runs, or was killed
            return null;
        }
        if (s.kind() == Kind.DIRECTORY && spec.what() == CleanupSpec.What.FILES) {
            if (trail.depth() + 1 >= MOST_DEPTH && !counting) {
                notes.note(Shown.text(root.path()) + "/" + trail.path(name) + " stays: it is more than " + MOST_DEPTH
                        + " directories deep");
            } else if (trail.depth() + 1 < Math.min(MOST_DEPTH, spec.maxDepth())
                    && !untouchable.contains(s.identity())) {
                enter(trail, root, ins, name);
            }
            return null;
        }
        if (!fits(s, name)) {
            return null;
        }
        Found.In in = ins.getLast();
        return s.kind() == Kind.DIRECTORY ? directory(trail, root, in, name) : file(in, name, s);
    }

    private void enter(Trail trail, Roots.Root root, List<Found.In> ins, byte[] name) throws Errno {
        Directory inner = trail.directory().enter(name);
        try {
            FileStatus s = inner.status();
            if (s.mount() != root.mount()) {
                inner.close();
                return;
            }
            trail.down(name, inner, s);
            ins.add(ins.getLast().below(name, s.identity()));
        } catch (Errno e) {
            inner.close();
            throw e;
        }
    }

    private boolean fits(FileStatus s, byte[] name) {
        boolean kind = switch (spec.what()) {
            case FILES -> s.kind() == Kind.FILE;
            case DIRECTORIES -> s.kind() == Kind.DIRECTORY;
            case ANYTHING -> true;
        };
        return kind && (pattern == null || pattern.fits(name));
    }

    private Found file(Found.In in, byte[] name, FileStatus s) {
        boolean used = Content.used(s, open);
        Instant time = Content.time(s, spec.age());
        return new Found(in, name, s, new Found.Sum(time, time, 1, Content.freed(s), s.size(), used));
    }

    private @Nullable Found directory(Trail trail, Roots.Root root, Found.In in, byte[] name) throws Errno {
        Directory inner = trail.directory().enter(name);
        FileStatus s;
        try {
            s = inner.status();
        } catch (Errno e) {
            inner.close();
            throw e;
        }
        String shown = Shown.text(root.path()) + "/" + Shown.name(name);
        if (untouchable.contains(s.identity())) {
            inner.close();
            note(shown + " stays: Holdfast's own is in it");
            return null;
        }
        Instant enough = counting ? Instant.MAX : newest;
        Content c = Content.of(inner, root.mount(), spec.age(), open, enough, givenUp);
        if (!c.lacks().isEmpty()) {
            note(shown + " stays: " + Shown.text(c.lacks()));
            return null;
        }
        return new Found(
                in, name, s, new Found.Sum(c.newest(), c.settled(), c.entries(), c.bytes(), c.size(), c.used()));
    }

    private void note(String what) {
        if (!counting) { // else it is told at the second walk
            notes.note(what);
        }
    }
}
