package dev.holdfast.clean;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Kind;
import dev.holdfast.linux.OpenFiles;
import dev.holdfast.workdir.Removal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Removes what is due: takes it aside by rename, which is one step, looks whether it is what it was, and only then deletes
 * it. What somebody wrote, opened or exchanged meanwhile comes back.
 */
final class Taking {
    /** Taken together where open files matter, since one look at all processes is dear. */
    private static final int BATCH = 256;

    private record Taken(Found found, long number) {}

    private final CleanupSpec spec;
    private final Path proc;
    private final LongSupplier random;
    private final BooleanSupplier givenUp;
    /** That it was given up. */
    private boolean told;

    private final Cleaned.Notes notes;

    Taking(CleanupSpec spec, Path proc, LongSupplier random, BooleanSupplier givenUp, Cleaned.Notes notes) {
        this.spec = spec;
        this.proc = proc;
        this.random = random;
        this.givenUp = givenUp;
        this.notes = notes;
    }

    /** @param due those of one directory beside each other */
    void all(Roots.Root root, List<Found> due) throws Errno {
        if (due.isEmpty()) {
            return;
        }
        try (Aside aside = Aside.make(root.directory(), random)) {
            for (int from = 0; from < due.size(); ) {
                Found.In in = due.get(from).in();
                int to = from;
                while (to < due.size() && due.get(to).in() == in) {
                    to++;
                }
                from(root, aside, in, due.subList(from, to));
                from = to;
            }
        }
    }

    private void from(Roots.Root root, Aside aside, Found.In in, List<Found> due) {
        try (Directory parent = Aside.reach(root.directory(), in.names())) {
            if (!parent.status().identity().equals(in.identity())) {
                notes.note(due.getFirst().shown() + " and what lies beside it stay: the directory was exchanged");
                return;
            }
            aside.from(in.names());
            int step = spec.unused() ? BATCH : 1;
            for (int i = 0; i < due.size(); i += step) {
                if (givenUp.getAsBoolean()) {
                    if (!told) {
                        notes.problem("it was given up before its end");
                    }
                    told = true;
                    return;
                }
                if (aside.isFull()) {
                    aside.from(in.names());
                }
                some(root, aside, parent, due.subList(i, Math.min(i + step, due.size())));
            }
        } catch (IOException e) {
            boolean gone =
                    e instanceof Errno errno && (errno.number() == Errno.ENOENT || errno.number() == Errno.ENOTDIR);
            if (!gone) {
                notes.problem(due.getFirst().shown() + ": " + e.getMessage());
            }
        }
    }

    private void some(Roots.Root root, Aside aside, Directory parent, List<Found> some) throws IOException {
        var taken = new ArrayList<Taken>();
        for (Found f : some) {
            long number = aside.take(parent, f.name());
            if (number >= 0) {
                taken.add(new Taken(f, number));
            } else if (number != -Errno.ENOENT) {
                notes.problem(f.shown() + ": " + Errno.text((int) -number));
            }
        }
        OpenFiles open = null;
        IOException unknown = null;
        try {
            open = spec.unused() && !taken.isEmpty() ? OpenFiles.of(proc) : null;
            if (open != null && open.unseen() > 0) {
                throw new IOException(open.unseen() + " processes of others cannot be looked at");
            }
        } catch (IOException e) {
            unknown = e;
        }
        for (Taken t : taken) {
            String why = unknown != null ? "what is open is not known" : judge(root, aside, t, open);
            if (why != null) {
                back(aside, parent, t, why);
            }
        }
        if (unknown != null) {
            throw unknown;
        }
    }

    private void back(Aside aside, Directory parent, Taken t, String why) {
        notes.kept++;
        Found f = t.found();
        if (aside.back(Aside.called(t.number()), parent, f.name())
                || aside.back(Aside.doomed(t.number()), parent, f.name())) {
            notes.note(f.shown() + " stays: " + why);
        } else {
            notes.problem(f.shown() + " stays, in a directory .holdfast-clean-* there: " + why);
        }
    }

    /** @return why it stays; null when it is gone */
    private @Nullable String judge(Roots.Root root, Aside aside, Taken t, @Nullable OpenFiles open) {
        Found f = t.found();
        try {
            FileStatus now = aside.directory().status(Aside.called(t.number())).orElse(null);
            if (now == null) {
                return null;
            }
            if (!now.identity().equals(f.status().identity())) {
                return "it is another one now";
            }
            return now.kind() == Kind.DIRECTORY ? directory(root, aside, t, open) : file(aside, t, now, open);
        } catch (Errno e) {
            return String.valueOf(e.getMessage());
        }
    }

    private @Nullable String file(Aside aside, Taken t, FileStatus now, @Nullable OpenFiles open) {
        Found f = t.found();
        if (!now.modified().equals(f.status().modified())
                || now.size() != f.status().size()) {
            return "it was written meanwhile";
        }
        if (Content.used(now, open)) {
            return "it was opened meanwhile";
        }
        int errno = aside.directory().unlink(Aside.called(t.number()));
        if (errno == 0) {
            notes.gone(f, f.entries(), f.bytes());
        } else if (errno != Errno.ENOENT) {
            notes.problem(f.shown() + ": " + Errno.text(errno));
            return "it would not go";
        }
        return null;
    }

    private @Nullable String directory(Roots.Root root, Aside aside, Taken t, @Nullable OpenFiles open) throws Errno {
        Found f = t.found();
        Directory inner = aside.directory().enter(Aside.called(t.number()));
        Content now = Content.of(inner, root.mount(), spec.age(), open, Instant.MAX, () -> false);
        if (!now.lacks().isEmpty()) {
            return now.lacks();
        }
        if (!now.settled().equals(f.settled()) || now.entries() != f.entries() || now.size() != f.size()) {
            return "it was written meanwhile";
        }
        if (now.used()) {
            return "something in it was opened meanwhile";
        }
        int errno = aside.doom(t.number());
        if (errno != 0) {
            return Errno.text(errno);
        }
        Removal.Done done = Removal.removeBut(
                aside.directory(),
                Aside.doomed(t.number()),
                f.status().identity(),
                s -> s.modified().isAfter(f.newest()));
        if (done.remains().none()) {
            notes.gone(f, f.entries(), f.bytes());
            return null;
        }
        notes.entries += done.entries();
        notes.bytes += done.bytes();
        notes.problem(
                f.shown() + " could not be removed whole: " + done.remains().words());
        return "not all of it went";
    }
}
