package dev.holdfast.daemon;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Job;
import dev.holdfast.job.Next;
import dev.holdfast.queue.Action;
import dev.holdfast.unit.Level;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Who hears that jobs ended: the console, figures, those who wait, and whom the queue names. */
final class JobEnds {
    private final Console console;
    private final JobNotices notices;
    private Consumer<Action.Ended> heard = _ -> {};
    /** Completed when a job may have come to its end, and replaced. */
    private volatile CompletableFuture<Boolean> next = new CompletableFuture<>();

    JobEnds(Console console, JobNotices notices) {
        this.console = console;
        this.notices = notices;
    }

    /** Done when the next job may have come to its end. Thread-safe. */
    CompletableFuture<Boolean> next() {
        return next;
    }

    /** A job may have come to its end. Thread-safe. */
    synchronized void ring() {
        CompletableFuture<Boolean> told = next;
        next = new CompletableFuture<>();
        told.complete(true);
    }

    /** @param ear told of each attempt that is over, on the loop's thread */
    void listen(Consumer<Action.Ended> ear) {
        heard = ear;
    }

    /** An attempt is over. On the loop's thread, as the following. */
    void ended(Action.Ended e) {
        heard.accept(e);
        Attempt a = e.attempt();
        String failure = a.failure();
        boolean again = e.next() instanceof Next.Again;
        Level level = failure == null
                ? Level.INFO
                : failure.equals(Failure.TIMEOUT) || failure.equals(Failure.OOM) ? Level.WARNING : Level.NOTICE;
        console.say(
                level,
                called(e.job()) + " " + (failure == null ? "" : failure + ": ") + a.detail()
                        + (again ? "; it is tried again" : ""));
        if (e.next() instanceof Next.Over(var _, boolean told) && told) {
            notices.look();
        }
    }

    void givenBack(Job job, String why) {
        console.say(called(job) + " is given back: " + why);
    }

    void lost(Job job) {
        console.warn(called(job) + " is another's by now: what came of it here does not count");
    }

    private static String called(Job job) {
        return "job " + job.id() + " of " + job.queue();
    }
}
