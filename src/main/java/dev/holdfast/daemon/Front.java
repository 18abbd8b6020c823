package dev.holdfast.daemon;

import dev.holdfast.api.Api;
import dev.holdfast.api.HttpHandler;
import dev.holdfast.api.Server;
import dev.holdfast.config.ApiSpec.Access;
import dev.holdfast.config.Directories;
import dev.holdfast.intent.Intents;
import dev.holdfast.loop.Latest;
import dev.holdfast.loop.Loop;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the daemon is found and asked: its run directory, locked, with the socket in it. Watched, and put back when
 * somebody deletes it. On the loop's thread.
 */
final class Front {
    private final Directories dirs;
    private final RunDirectory directory;
    private final Api api;
    private final HttpHandler metrics;
    private final Loop loop;
    private final Console console;
    private final Lasting lasting;
    private final Intents intents;
    private final BooleanSupplier over;
    private final SocketGroups groups = new SocketGroups();
    private final Latest<SortedMap<String, Access>> opening = new Latest<>("holdfast-groups", this::open);
    private SortedMap<String, Access> admitted = Collections.emptySortedMap();
    private @Nullable Server server;
    private boolean watched;

    Front(
            Directories dirs,
            RunDirectory directory,
            Control control,
            HttpHandler metrics,
            Loop loop,
            Console console,
            Lasting lasting,
            Intents intents,
            BooleanSupplier over) {
        this.dirs = dirs;
        this.directory = directory;
        api = new Api(control, console::warn);
        this.metrics = metrics;
        this.loop = loop;
        this.console = console;
        this.lasting = lasting;
        this.intents = intents;
        this.over = over;
    }

    /** What the socket answers, for other ways to ask it. */
    Api api() {
        return api;
    }

    /** Answers from now on. */
    void open() throws IOException {
        if (server != null) {
            server.close();
        }
        server = Server.start(
                dirs.socket(),
                (asked, by) -> asked.path().equals("/metrics") ? metrics.answer(asked, by) : api.answer(asked, by),
                groups,
                console::warn);
        admit(admitted);
    }

    /** Members of these groups may ask, too. */
    void admit(SortedMap<String, Access> anew) {
        admitted = anew;
        groups.take(anew);
        if (watched) {
            opening.ask(anew);
        } else { // nothing runs yet that would have to wait
            open(anew);
        }
    }

    private void open(SortedMap<String, Access> anew) {
        try {
            List<String> unknown = groups.open(anew, dirs.socket());
            String trouble = unknown.isEmpty()
                    ? null
                    : "global.api.groups lets nobody in for " + String.join(", ", unknown)
                            + ": this host knows no such group; once it does, holdfast reload";
            loop.soon(() -> lasting.groups(trouble));
            if (trouble != null) {
                console.warn(trouble);
            }
        } catch (IOException e) {
            console.warn("the control socket cannot be opened for groups: " + e.getMessage());
        }
    }

    void watch() {
        watched = true;
        directory.watch(() -> loop.soon(this::look));
    }

    /** Puts the directory back if it is gone. What cannot be put back is said, and kept as a finding. */
    void look() {
        if (!watched || over.getAsBoolean() || directory.intact()) {
            return;
        }
        boolean known = lasting.runDirectoryIsBroken();
        if (!known) {
            console.warn("the run directory " + dirs.run() + " was deleted or replaced; what runs goes on");
        }
        try {
            directory.mend();
            open();
            watch();
            intents.rewrite();
            lasting.runDirectory(null);
            console.say("the run directory is there again; " + lasting.unrecorded());
        } catch (IOException e) {
            lasting.runDirectory(String.valueOf(e.getMessage()));
            if (!known) {
                console.warn("until the run directory is back, nothing can be started or asked: " + e.getMessage());
            }
        }
    }

    void close() throws IOException {
        directory.close(); // with it goes the lock: a successor must find nothing half done
        if (server != null) {
            server.close(); // last: who waits for the end of the daemon waits for this
        }
    }
}
