package dev.holdfast.loop;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Has something done on the loop's thread, and waits for it. Thread-safe. */
public final class OnLoop {
    private static final int PATIENCE_SECONDS = 30;

    private final Loop loop;

    public OnLoop(Loop loop) {
        this.loop = loop;
    }

    /** @throws Refused what the task throws; 503 when the loop does not come to it */
    public <T> T call(Callable<T> task) throws Refused {
        var future = new FutureTask<>(task);
        loop.soon(future);
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused("interrupted");
        } catch (TimeoutException e) {
            throw refused("the daemon's loop did not answer within " + PATIENCE_SECONDS + " s");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Refused refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static Refused refused(String why) {
        return new Refused(503, new Failure(why, List.of()));
    }
}
