package dev.holdfast.otlp;

import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How it goes with one signal: when it is told next, and what is to be said of it. Thread-safe. */
final class Lane {
    private final Pace pace;
    private MonoTime due = new MonoTime(0);
    private int failures;
    private @Nullable String trouble;
    private @Nullable String partly;
    private long succeeded;
    private long failed;
    private long dropped;

    /**
     * @param well what was told last was taken, or nothing was told yet
     * @param dropped spans or data points that were refused, or taken and rejected
     */
    record Counts(boolean well, long succeeded, long failed, long dropped) {}

    /** What people are told of an answer: of trouble that lasts, once. */
    sealed interface Word {
        record Nothing() implements Word {}

        record Trouble(String why) implements Word {}

        /** It was refused, and is given up. */
        record Given(String why) implements Word {}

        record Partly(String why) implements Word {}

        record Again() implements Word {}
    }

    Lane(Pace pace) {
        this.pace = pace;
    }

    /** There is another collector: what was wrong with the last one is not known of it. */
    synchronized void begin(MonoTime now) {
        due = now;
        failures = 0;
        trouble = null;
        partly = null;
    }

    synchronized MonoTime due() {
        return due;
    }

    /** When all goes well. */
    synchronized void next(MonoTime at) {
        due = at;
    }

    synchronized boolean well() {
        return failures == 0;
    }

    synchronized @Nullable String trouble() {
        return trouble;
    }

    synchronized Counts counts() {
        return new Counts(failures == 0, succeeded, failed, dropped);
    }

    /**
     * @param items that were sent
     * @param chance from 0 to 1
     */
    synchronized Word went(Answer answer, int items, MonoTime now, double chance) {
        return switch (answer) {
            case Answer.Taken(long rejected, String words) -> {
                succeeded++;
                dropped += Math.min(rejected, items);
                boolean again = trouble != null;
                failures = 0;
                trouble = null;
                if (rejected > 0 || !words.isEmpty()) {
                    String why = (rejected > 0 ? ": " + rejected + " of " + items + " rejected" : "")
                            + (words.isEmpty() ? "" : ": " + words);
                    boolean known = partly != null;
                    partly = why;
                    yield known ? new Word.Nothing() : new Word.Partly(why);
                }
                yield again ? new Word.Again() : new Word.Nothing();
            }
            case Answer.Later(String why, Duration after) -> {
                boolean known = failed(why);
                due = now.plus(pace.after(failures, after, chance));
                yield known ? new Word.Nothing() : new Word.Trouble(why);
            }
            case Answer.Refused(String why) -> {
                dropped += items;
                boolean known = failed(why);
                MonoTime again = now.plus(pace.after(failures, null, chance));
                due = due.isBefore(again) ? again : due; // what is not wanted is told no more often than what is
                yield known ? new Word.Nothing() : new Word.Given(why);
            }
        };
    }

    /** Only counts: what went with it, and failed, says how the lane goes. */
    synchronized void counted(Answer answer, int items) {
        switch (answer) {
            case Answer.Taken(long rejected, var _) -> {
                succeeded++;
                dropped += Math.min(rejected, items);
            }
            case Answer.Later _ -> failed++;
            case Answer.Refused _ -> {
                failed++;
                dropped += items;
            }
        }
    }

    private boolean failed(String why) {
        boolean known = trouble != null;
        failed++;
        failures++;
        trouble = why;
        return known;
    }
}
