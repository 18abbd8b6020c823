package dev.holdfast.daemon;

import dev.holdfast.api.Caller;
import dev.holdfast.api.Doctor;
import dev.holdfast.api.HttpHandler;
import dev.holdfast.api.ProblemDetails;
import dev.holdfast.api.Scope;
import dev.holdfast.config.ListenSpec;
import dev.holdfast.config.MetricsSpec;
import dev.holdfast.config.RateLimitSpec;
import dev.holdfast.web.Limits;
import dev.holdfast.web.Listener;
import dev.holdfast.web.Site;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The listener of {@code global.metrics}: opened, moved and closed as it is configured, by whoever calls {@link #look} now
 * and then. It has a rate limit of its own, and shows nothing but figures, so it asks for no token; on an address that other
 * hosts reach it answers to any name, since nobody knows by which one Prometheus calls it. Wishes are thread-safe.
 */
final class MetricDoor implements AutoCloseable {
    private static final String WHAT = "metrics";

    private final HttpHandler metrics;
    private final Console console;
    private volatile @Nullable MetricsSpec wanted;
    private volatile @Nullable String trouble;
    private @Nullable MetricsSpec served;
    private @Nullable Listener listener;
    private boolean closed;

    MetricDoor(HttpHandler metrics, Console console) {
        this.metrics = metrics;
        this.console = console;
    }

    /** From the next look on. */
    void configure(@Nullable MetricsSpec spec) {
        wanted = spec;
    }

    /** Has it be as it is wanted. */
    synchronized void look() {
        MetricsSpec now = closed ? null : wanted;
        Listener open = listener;
        if (open != null && !java.util.Objects.equals(now, served)) {
            open.close();
            console.say("metrics are no longer served at " + url(served));
            listener = null;
            open = null;
        }
        if (open != null) {
            open.sweep();
        } else if (now == null) {
            trouble = null;
        } else {
            open(now);
        }
    }

    private void open(MetricsSpec spec) {
        ListenSpec at = spec.listen();
        try {
            listener = Listener.start(
                    new Listener.Settings(
                            at.address(), at.port(), null, at.loopback() ? Set.of(at.host()) : Set.of("*")),
                    new Listener.Parts(
                            site(spec.path()),
                            (_, _) -> null,
                            new Limits(System::nanoTime, RateLimitSpec.DEFAULT),
                            System::nanoTime,
                            console::warn));
            served = spec;
            trouble = null;
            console.say("metrics are served at " + url(spec));
        } catch (IOException e) {
            String why = "metrics cannot be served at " + url(spec) + ": " + e.getMessage();
            if (!why.equals(trouble)) {
                console.warn(why + "; it is tried again");
            }
            trouble = why;
        }
    }

    private Site site(String path) {
        var figures = new Site.Door(
                (asked, by) -> metrics.answer(asked, new Caller("metrics", by.from(), Set.of(Scope.READ))), true);
        var nothing =
                new Site.Door((asked, _) -> ProblemDetails.answer(404, "there is nothing at " + asked.path()), true);
        return asked -> asked.equals(path) ? figures : nothing;
    }

    private static String url(@Nullable MetricsSpec spec) {
        return spec == null ? "" : "http://" + spec.listen() + spec.path();
    }

    List<Doctor.Finding> findings() {
        String why = trouble;
        return why == null ? List.of() : List.of(HostFindings.weaker(WHAT, why));
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        look();
    }
}
