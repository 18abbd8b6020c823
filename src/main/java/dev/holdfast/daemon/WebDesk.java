package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.api.TokensPort;
import dev.holdfast.config.ApiSpec;
import dev.holdfast.config.Directories;
import dev.holdfast.config.GlobalSpec;
import dev.holdfast.config.ListenSpec;
import dev.holdfast.config.RateLimitSpec;
import dev.holdfast.web.Limits;
import dev.holdfast.web.Listener;
import dev.holdfast.web.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the API is asked over TCP, if anywhere: opens, moves and closes the listener as the configuration and the tokens say,
 * on a thread of its own that exists while one is configured. Whatever fails here is said, found by doctor, and tried again;
 * supervision does not hear of it. Thread-safe.
 */
final class WebDesk implements AutoCloseable {
    private static final Duration TICK = Duration.ofSeconds(2);
    private static final int RETRY_TICKS = 3;
    private static final Duration SOON = Duration.ofDays(14);
    private static final String WHAT = "api";

    private final Console console;
    private final Tokens tokens;
    private final ReentrantLock lock = new ReentrantLock();

    /** As it is wanted; written under the lock, as the next three. */
    private volatile GlobalSpec wanted = GlobalSpec.DEFAULT;

    private @Nullable WebSite site;
    private @Nullable ScheduledExecutorService thread;
    private boolean closed;
    /** Made with the first listener: without one, no class of it is loaded. */
    private volatile @Nullable Limits limits;

    private volatile @Nullable Open open;
    /** Why nothing listens that should; null: nothing is wrong. */
    private volatile @Nullable String trouble;
    /** Why it cannot be written when tokens were used last; null: it can. */
    private volatile @Nullable String untidy;
    /** Limits of endpoints that there are not, as they are written. */
    private volatile List<String> idle = List.of();
    /** Of its own thread. */
    private long ticks;

    private record Open(Listener listener, ApiSpec spec, String url) {}

    WebDesk(Directories dirs, Console console) {
        this.console = console;
        this.tokens = new Tokens(dirs.state().resolve("tokens.json"), Instant::now);
    }

    /** From now on there is something to be served. */
    void begin(WebSite what, GlobalSpec global) {
        lock.lock();
        try {
            site = what;
        } finally {
            lock.unlock();
        }
        configure(global);
    }

    /** Takes these settings; returns at once. */
    void configure(GlobalSpec global) {
        lock.lock();
        try {
            wanted = global;
            Limits made = limits;
            if (made != null) {
                made.configure(global.rateLimit());
            }
            idle = idle(global);
            idle.forEach(e -> console.warn("global.api_rate_limit: there is no " + e + ", so its limit is of nothing"));
            if (!closed && thread == null && global.api().listen() != null) {
                thread = Executors.newSingleThreadScheduledExecutor(task ->
                        Thread.ofPlatform().name("holdfast-web-desk").daemon().unstarted(task));
                var _ = thread.scheduleWithFixedDelay(
                        this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
            }
            soon();
        } finally {
            lock.unlock();
        }
    }

    private List<String> idle(GlobalSpec global) {
        WebSite is = site;
        return is == null
                ? List.of()
                : global.rateLimit().endpoints().stream()
                        .filter(e -> !is.has(e.method(), e.path()))
                        .map(RateLimitSpec.Endpoint::written)
                        .toList();
    }

    /** What was configured last. */
    GlobalSpec configured() {
        return wanted;
    }

    void tokensChanged() {
        lock.lock();
        try {
            soon();
        } finally {
            lock.unlock();
        }
    }

    private void soon() {
        if (thread != null && !closed) {
            thread.execute(this::tryReconcile);
        }
    }

    /** A bug in here must not be the end of the executor's work. */
    private void tryReconcile() {
        try {
            reconcile();
        } catch (RuntimeException bug) {
            trouble("a bug: the API is not served: " + bug);
        }
    }

    private void tick() {
        try {
            look();
        } catch (RuntimeException bug) {
            trouble("a bug: the listener is not looked after: " + bug);
        }
    }

    private void look() {
        Open now = open;
        if (now != null) {
            now.listener.sweep();
            String reloaded = now.listener.reloadTls();
            if (reloaded != null) {
                say(now.listener.tlsTrouble() != null, reloaded);
            }
        }
        try {
            tokens.tidy();
            untidy = null;
        } catch (IOException e) {
            untidy = String.valueOf(e.getMessage());
        }
        if (++ticks % RETRY_TICKS == 0) {
            reconcile();
        }
    }

    private void say(boolean worse, String what) {
        if (worse) {
            console.warn(what);
        } else {
            console.say(what);
        }
    }

    /** On its own thread: has what is open be what is wanted. */
    private void reconcile() {
        ApiSpec spec;
        WebSite what;
        lock.lock();
        try {
            what = site;
            spec = closed || what == null ? ApiSpec.NONE : wanted.api();
        } finally {
            lock.unlock();
        }
        ListenSpec listen = spec.listen();
        String obstacle = listen == null ? null : obstacle(listen);
        Open now = open;
        boolean same = now != null
                && listen != null
                && obstacle == null
                && listen.equals(now.spec.listen())
                && Objects.equals(spec.tls(), now.spec.tls())
                && spec.hosts().equals(now.spec.hosts());
        if (!same && listen != null && obstacle == null) {
            String unreadable = Listener.unreadable(spec.tls());
            if (unreadable != null) { // what is served now is better than nothing
                trouble("the API cannot be served as configured: " + unreadable
                        + (now == null ? "" : "; until then it is at " + now.url));
                return;
            }
        }
        if (!same) {
            if (now != null) {
                now.listener.mute(); // its port may be wanted
                open = null;
            }
            try {
                trouble(listen != null && what != null && obstacle == null ? opened(listen, spec, what) : obstacle);
            } finally {
                if (now != null) {
                    now.listener.close();
                    console.say("the API is no longer served at " + now.url);
                }
            }
        } else if (now != null) {
            trouble(null); // what could not be had meanwhile is not wanted any more
        }
    }

    /** Why it is not to be opened at all; null: it may. */
    private @Nullable String obstacle(ListenSpec listen) {
        String broken = tokens.trouble();
        if (broken != null) {
            return broken;
        }
        return listen.loopback() || tokens.any()
                ? null
                : "other hosts reach " + listen + ", and there is no token: holdfast token create NAME --scope read";
    }

    /** @return why not; null: it is */
    private @Nullable String opened(ListenSpec listen, ApiSpec spec, WebSite what) {
        String url = (spec.tls() == null ? "http://" : "https://") + listen;
        Set<String> names = new HashSet<>(spec.hosts());
        names.add(listen.host());
        try {
            Listener listener = Listener.start(
                    new Listener.Settings(listen.address(), listen.port(), spec.tls(), names),
                    new Listener.Parts(what, tokens, limits(), System::nanoTime, console::warn));
            open = new Open(listener, spec, url);
            console.say("the API is served at " + url);
            return null;
        } catch (IOException e) {
            return "the API cannot be served at " + url + ": " + e.getMessage();
        }
    }

    private Limits limits() {
        lock.lock();
        try {
            Limits made = limits;
            if (made == null) {
                made = new Limits(System::nanoTime, wanted.rateLimit());
                limits = made;
            }
            return made;
        } finally {
            lock.unlock();
        }
    }

    /** Says it once. */
    private void trouble(@Nullable String why) {
        if (why != null && !why.equals(trouble)) {
            console.warn(why + "; it is tried again");
        }
        trouble = why;
    }

    /** Where it is served now, as addresses. */
    List<String> listens() {
        Open now = open;
        return now == null ? List.of() : List.of(now.url);
    }

    /** What the rate limit has let pass, and what not. */
    Limits.Counts requests() {
        Limits made = limits;
        return made == null ? Limits.NONE : made.counts();
    }

    TokensPort tokens() {
        return new TokenControl(tokens, this, console);
    }

    List<Doctor.Finding> findings() {
        String why = trouble;
        Open now = open;
        if (why != null) {
            return List.of(HostFindings.weaker(WHAT, why));
        }
        if (now == null) {
            return List.of();
        }
        Instant until = now.listener.certificateUntil();
        String outdated = now.listener.tlsTrouble();
        if (outdated != null) {
            return List.of(HostFindings.weaker(WHAT, now.url + " goes on with the certificate it had: " + outdated));
        }
        if (until != null && until.isBefore(Instant.now().plus(SOON))) {
            return List.of(HostFindings.weaker(WHAT, now.url + ": its certificate ends " + until));
        }
        String unwritten = untidy;
        if (!idle.isEmpty()) {
            return List.of(
                    HostFindings.weaker(WHAT, "limits of endpoints that there are not: " + String.join(", ", idle)));
        }
        if (unwritten != null) {
            return List.of(HostFindings.weaker(WHAT, "when tokens were used last cannot be written: " + unwritten));
        }
        return List.of(HostFindings.ok(
                WHAT,
                "served at " + now.url + (tokens.any() ? "" : "; nobody has a token: holdfast token create NAME")));
    }

    @Override
    public void close() {
        ScheduledExecutorService last;
        lock.lock();
        try {
            closed = true;
            last = thread;
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.execute(this::tryReconcile);
            last.shutdown();
            try {
                if (!last.awaitTermination(30, TimeUnit.SECONDS)) {
                    console.warn("the listener does not end");
                }
                tokens.tidy();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                console.warn("when tokens were used last is lost: " + e.getMessage());
            }
        }
    }
}
