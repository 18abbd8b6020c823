package dev.holdfast.clean;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.OpenFiles;
import dev.holdfast.workdir.Shown;
import dev.holdfast.workdir.Trail;
import dev.holdfast.workdir.Way;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what a cleanup says, or tells what it would. What lies in its directories is taken for hostile: everything goes
 * by open directories, name by name, never through a symbolic link, onto another mount or up. Thread-safe; takes as long
 * as there is to look at, on a thread that may wait.
 */
public final class Cleaner {
    private final Path proc;
    private final List<Path> own;
    private final Supplier<Instant> clock;
    private final LongSupplier random;

    /**
     * @param proc /proc, for what is open
     * @param own Holdfast's directories: nothing in them is deleted, nor what they lie in
     */
    public Cleaner(Path proc, List<Path> own, Supplier<Instant> clock, LongSupplier random) {
        this.proc = proc;
        this.own = List.copyOf(own);
        this.clock = clock;
        this.random = random;
    }

    /**
     * @param dryRun to change nothing
     * @param givenUp asked now and then; then it ends with what it has
     */
    public Cleaned clean(CleanupSpec spec, boolean dryRun, BooleanSupplier givenUp) {
        var notes = new Cleaned.Notes();
        Instant begun = clock.get();
        OpenFiles open = null;
        if (spec.unused()) {
            try {
                open = OpenFiles.of(proc);
            } catch (IOException e) {
                notes.problem("what is open is not known, so nothing is deleted: " + e.getMessage());
                return notes.sum(dryRun, begun);
            }
            if (open.unseen() > 0) {
                notes.problem("what is open is not known, so nothing is deleted: " + open.unseen()
                        + " processes of others cannot be looked at; root may");
                return notes.sum(dryRun, begun);
            }
        }
        Set<FileStatus.Identity> ours = new HashSet<>();
        Set<FileStatus.Identity> above = new HashSet<>();
        own.forEach(d -> own(d, ours, above));
        try (Roots roots = Roots.open(spec.path(), ours, notes)) {
            var look = new Look(spec, begun, open, above, givenUp, notes);
            var taking = new Taking(spec, proc, random, givenUp, notes);
            for (Roots.Root root : roots.all()) {
                clean(root, look, dryRun ? null : taking, notes);
            }
        }
        return notes.sum(dryRun, begun);
    }

    private void clean(Roots.Root root, Look look, @Nullable Taking taking, Cleaned.Notes notes) {
        try {
            if (taking != null) {
                Aside.recover(root.directory(), random, notes);
            }
            int[] pieces = {0};
            look.in(root, due -> {
                if (++pieces[0] == 2) {
                    notes.note(Shown.text(root.path()) + ": more than " + Look.AT_ONCE
                            + " are due; they go in pieces of so many");
                }
                long before = notes.count;
                if (taking != null) {
                    taking.all(root, due);
                } else {
                    due.forEach(f -> notes.gone(f, f.entries(), f.bytes()));
                }
                return notes.count > before; // what came back lies there again: not to be taken for ever
            });
        } catch (Errno | Trail.Lost e) {
            notes.problem(Shown.text(root.path()) + ": " + e.getMessage());
        }
    }

    /** @param above it, and all that it lies in */
    private static void own(Path directory, Set<FileStatus.Identity> ours, Set<FileStatus.Identity> above) {
        try {
            Way.End end = Way.open(directory.toString(), Way.Demand.ANY, false);
            Directory at = end.directory();
            try {
                FileStatus.Identity here = at.status().identity();
                ours.add(here);
                while (above.add(here)) {
                    Directory next = at.above();
                    at.close();
                    at = next;
                    here = at.status().identity();
                }
            } finally {
                at.close();
            }
        } catch (IOException absent) {
            return; // then nothing lies in it
        }
    }
}
