package dev.holdfast.daemon;

import dev.holdfast.api.CleanList;
import dev.holdfast.api.CleanPort;
import dev.holdfast.api.CleanReport;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.cli.CleanReports;
import dev.holdfast.config.CleanupSpec;
import dev.holdfast.config.Problem;
import dev.holdfast.loop.Loop;
import dev.holdfast.loop.OnLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Answers what the API asks about cleanups. */
final class CleanControl implements CleanPort {
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Watchers watchers;
    private final OnLoop loop;

    CleanControl(Watchers watchers, OnLoop loop) {
        this.watchers = watchers;
        this.loop = loop;
    }

    @Override
    public CleanList list() throws Refused {
        return loop.call(() -> {
            Cleanings c = watchers.cleanings();
            return c == null ? new CleanList(List.of()) : c.list();
        });
    }

    @Override
    public CleanReport clean(String name, boolean dryRun, String by) throws Refused {
        var ended = new CompletableFuture<Cleanings.Result>();
        CleanupSpec spec = loop.call(() -> begin(name, dryRun, by, ended));
        if (dryRun) {
            Cleanings all = loop.call(() -> watchers.cleanings());
            if (all == null) {
                throw unknown(name, null);
            }
            var begun = Loop.now().mono();
            return CleanReports.of(
                    name, onItsOwnThread(all, spec), Loop.now().mono().since(begun));
        }
        Cleanings.Result result = await(ended);
        return CleanReports.of(name, result.cleaned(), result.took());
    }

    private CleanupSpec begin(String name, boolean dryRun, String by, CompletableFuture<Cleanings.Result> ended)
            throws Refused {
        Cleanings all = watchers.cleanings();
        CleanupSpec spec = all == null ? null : all.specs().get(name);
        if (all == null || spec == null) {
            throw unknown(name, all);
        }
        if (!dryRun) {
            if (all.running(name)) {
                throw new Refused(409, new Failure(name + " is being cleaned now", List.of()));
            }
            all.run(name, ended::complete);
            watchers.say("cleanup " + name + ", asked by " + by);
        }
        return spec;
    }

    private static Refused unknown(String name, @Nullable Cleanings all) {
        String hint = all == null ? "" : Problem.hint(name, all.specs().keySet());
        return new Refused(404, new Failure("\"" + name + "\" is no cleanup here" + hint, List.of()));
    }

    /** System calls would hold the carrier of a virtual one. */
    private static dev.holdfast.clean.Cleaned onItsOwnThread(Cleanings all, CleanupSpec spec) throws Refused {
        var told = new CompletableFuture<dev.holdfast.clean.Cleaned>();
        Thread.ofPlatform().name("dry run " + spec.name()).daemon().start(() -> {
            try {
                told.complete(all.dryRun(spec));
            } catch (RuntimeException | Error bug) {
                told.completeExceptionally(bug);
            }
        });
        return await(told);
    }

    private static <T> T await(CompletableFuture<T> told) throws Refused {
        try {
            return told.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Refused(503, new Failure("it goes on; holdfast clean list shows how it ends", List.of()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused(503, new Failure("interrupted", List.of()));
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
