package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.GroupLimits;
import dev.holdfast.linux.SocketPair;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pipes alive while no daemon runs. What a program wrote before it ended is lost when its pipe's last holder is
 * gone; so a {@code sleep} holds a pair of sockets, and copies of every reading end wait inside that pair. The next
 * daemon opens the pipes by name, finds the bytes, and starts a keeper of its own.
 *
 * <p>Owned by the loop's thread.
 */
final class OutputKeeper {
    private static final String ATTRIBUTE = "keeper";
    /** No process is called so. */
    private static final String GROUP = "_keeper";

    private static final int STALE = 1000;
    private static final int MOST_FAILURES = 3;

    private final Launcher launcher;
    private final InstanceFiles files;
    private final Consumer<String> warn;
    private final Set<InstanceId> kept = new LinkedHashSet<>();
    private final List<InstanceId> former = new ArrayList<>();
    private @Nullable SocketPair pair;
    private @Nullable SocketPair formerPair;
    private @Nullable InstanceId keeper;
    /** A new pair waits for its keeper to start. */
    private boolean changing;
    /** Something did not fit into that pair. */
    private boolean again;

    private int stale;
    private int failures;

    /** @param needed false as PID 1, with which everything of its namespace ends */
    OutputKeeper(Launcher launcher, InstanceFiles files, Consumer<String> warn, boolean needed) {
        this.failures = needed ? 0 : MOST_FAILURES;
        this.launcher = launcher;
        this.files = files;
        this.warn = warn;
    }

    static boolean isKeeper(InstanceRecord record) {
        return record.attributes().containsKey(ATTRIBUTE);
    }

    /** A running instance whose pipes are kept from now on. */
    void keep(InstanceId id, Fd stdout, Fd stderr) {
        kept.add(id);
        if (failures < MOST_FAILURES && (pair == null || !pair.leave(List.of(stdout, stderr)))) {
            renew();
        }
    }

    void forget(InstanceId id) {
        // What waits in the pair cannot be taken out one by one: from time to time a new pair takes over.
        if (kept.remove(id) && ++stale > STALE + kept.size() && failures < MOST_FAILURES) {
            renew();
        }
    }

    /** Takes over from the keepers of an earlier daemon, once all that they keep is known here. */
    void takeOver(List<InstanceId> keepers, List<InstanceId> instances) {
        former.addAll(keepers);
        kept.addAll(instances);
        if (kept.isEmpty() || failures >= MOST_FAILURES) {
            dismissFormer();
        } else {
            renew();
        }
    }

    private void renew() {
        if (changing) {
            again = true;
            return;
        }
        changing = true;
        try {
            SocketPair fresh = filled();
            if (keeper != null) {
                former.add(keeper);
            }
            formerPair = pair;
            pair = fresh;
            stale = 0;
            keeper = InstanceId.fresh();
            launcher.launch(new Launch(
                    keeper,
                    "keeper of output",
                    Map.of(ATTRIBUTE, "true"),
                    List.of("sleep", "infinity"),
                    Map.of(),
                    null,
                    null,
                    077,
                    null,
                    null,
                    List.of(),
                    List.of(),
                    null,
                    null,
                    new Launch.Output.Given(fresh.one(), fresh.other()),
                    new Launch.Group(GROUP, GroupLimits.NONE),
                    false));
        } catch (IOException e) {
            changing = false;
            fail(String.valueOf(e.getMessage()));
        }
    }

    /** A pair with all that is kept; what was opened for it is closed in any case. */
    private SocketPair filled() throws IOException {
        SocketPair fresh = SocketPair.open();
        var all = new ArrayList<Fd>();
        try {
            for (InstanceId id : kept) {
                InstanceFiles.Readers readers = files.reopen(id);
                all.add(readers.stdout());
                all.add(readers.stderr());
            }
            if (!fresh.leave(all)) {
                fail("the kernel keeps no more of them");
            }
            return fresh;
        } catch (IOException e) {
            fresh.close();
            throw e;
        } finally {
            all.forEach(Fd::close);
        }
    }

    private void fail(String why) {
        if (failures++ == 0) {
            warn.accept("the last output of a program that ends while no daemon runs will be lost: " + why);
        }
    }

    /** @return whether the event was a keeper's, and so nobody else's concern */
    boolean took(ProcessEvent event) {
        boolean current = event.id().equals(keeper);
        if (!current && !former.contains(event.id())) {
            return false;
        }
        switch (event) {
            case ProcessEvent.Started _ -> dismissFormer();
            case ProcessEvent.LaunchFailed(InstanceId _, String why) -> {
                keeper = null;
                dismissFormer();
                fail(why);
            }
            case ProcessEvent.Exited _
            when current -> {
                // Somebody ended it: a new one, but not for ever.
                keeper = null;
                former.add(event.id());
                if (++failures < MOST_FAILURES) {
                    renew();
                }
            }
            case ProcessEvent.Exited _, ProcessEvent.Notified _ -> {}
            case ProcessEvent.Emptied(InstanceId id, var _) -> former.remove(id);
        }
        return true;
    }

    private void dismissFormer() {
        former.forEach(launcher::kill);
        if (formerPair != null) {
            formerPair.close();
            formerPair = null;
        }
        changing = false;
        if (again) {
            again = false;
            renew();
        }
    }

    /** Nothing is left to keep. */
    void retire() {
        failures = MOST_FAILURES;
        again = false;
        former.forEach(launcher::kill);
        if (keeper != null) {
            launcher.kill(keeper);
        }
    }
}
