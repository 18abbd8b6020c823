package dev.holdfast.log;

import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Poller;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * When which stream is read: as soon as it has something. But a program that writes line by line as fast as it can would
 * wake us for each line, and pay for it, since a pipe that epoll watches calls back at every write. So such a stream is
 * read by the clock instead, until it calms down. Owned by the pump's thread.
 */
final class Watching {
    /** About what a busy program needs to fill a pipe. */
    private static final Duration MOMENT = Duration.ofNanos(100_000);
    /** Small batches in a row, so soon after each other, make a stream a hasty one. */
    private static final int IN_A_ROW = 16;

    private static final Duration SOON = Duration.ofNanos(250_000);
    /** What a moment must bring, or it is hasty no more. */
    private static final int WORTH = 2 << 10;
    /** Not waited for when so much was there: there may be more. */
    private static final int LARGE = 32 << 10;

    private final Poller poller;
    private final ToIntFunction<Stream> read;
    private final Supplier<MonoTime> lastRead;
    private final Consumer<String> warn;
    private final List<Stream> hasty = new ArrayList<>();
    private boolean more;

    /** @param lastRead when {@code read} last found something */
    Watching(Poller poller, ToIntFunction<Stream> read, Supplier<MonoTime> lastRead, Consumer<String> warn) {
        this.poller = poller;
        this.read = read;
        this.lastRead = lastRead;
        this.warn = warn;
    }

    /** Waits for at most so many nanoseconds (negative: without end) and reads what has something. */
    void await(long nanos) {
        long moment = more ? 0 : MOMENT.toNanos();
        poller.await(hasty.isEmpty() ? nanos : nanos < 0 ? moment : Math.min(nanos, moment));
        more = false;
        for (Stream s : List.copyOf(hasty)) {
            int bytes = attempt(s);
            more |= bytes >= LARGE;
            if (bytes < WORTH && hasty.remove(s)) {
                begin(s);
            }
        }
    }

    void watch(Stream s) {
        if (!s.watched) {
            s.watched = true;
            begin(s);
        }
    }

    void unwatch(Stream s) {
        if (s.watched) {
            s.watched = false;
            if (!hasty.remove(s)) {
                poller.remove(s.pipe);
            }
        }
    }

    private void begin(Stream s) {
        s.inARow = 0;
        try {
            poller.add(
                    s.pipe,
                    Poller.READABLE,
                    ready -> { // it never hangs up: this end is open for writing, too
                        if (isHasty(s, attempt(s)) && s.watched) {
                            poller.remove(s.pipe);
                            hasty.add(s);
                        }
                    });
        } catch (Errno e) {
            s.watched = false;
            if (e.number()
                    != Errno.EPERM) { // epoll_ctl(2): a file or /dev/null, into which nothing comes that could wait
                warn.accept("the output of " + s.label + " is not read, and it will wait when its pipe is full: "
                        + e.getMessage());
            }
        }
    }

    private boolean isHasty(Stream s, int bytes) {
        MonoTime now = lastRead.get();
        boolean soon = !s.readAt.equals(MonoTime.NEVER) && now.isBefore(s.readAt.plus(SOON));
        s.readAt = now;
        s.inARow = soon && bytes > 0 && bytes < LARGE ? s.inARow + 1 : 0;
        return s.inARow >= IN_A_ROW;
    }

    private int attempt(Stream s) {
        try {
            return read.applyAsInt(s);
        } catch (RuntimeException bug) {
            unwatch(s); // nothing was taken from the pipe, so it would be ready, and fail, for ever
            warn.accept("a bug: the output of " + s.label + " is not read any more: " + bug);
            return 0;
        }
    }
}
