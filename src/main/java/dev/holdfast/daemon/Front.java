package dev.holdfast.daemon;

import dev.holdfast.api.Server;
import dev.holdfast.config.Directories;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the daemon is found and asked: its run directory, locked, with the socket in it. Watched, and put back when
 * somebody deletes it. On the loop's thread.
 */
final class Front {
    private final Directories dirs;
    private final RunDirectory directory;
    private final Control control;
    private final Loop loop;
    private final Console console;
    private final Lasting lasting;
    private final Intents intents;
    private final BooleanSupplier over;
    private @Nullable Server server;
    private boolean watched;

    Front(
            Directories dirs,
            RunDirectory directory,
            Control control,
            Loop loop,
            Console console,
            Lasting lasting,
            Intents intents,
            BooleanSupplier over) {
        this.dirs = dirs;
        this.directory = directory;
        this.control = control;
        this.loop = loop;
        this.console = console;
        this.lasting = lasting;
        this.intents = intents;
        this.over = over;
    }

    /** Answers from now on. */
    void open() throws IOException {
        if (server != null) {
            server.close();
        }
        server = Server.start(dirs.socket(), control, console::warn);
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
