package dev.holdfast.linux.sandbox;

import dev.holdfast.linux.Errno;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * What sandboxes can be made of here, tried rather than guessed.
 *
 * @param noNamespaces why there can be none of them; null when there can
 * @param landlock its version; 0 when this kernel has none
 * @param capabilities what this process has of root's power, as bits by number
 */
public record SandboxAbility(@Nullable String noNamespaces, int landlock, long capabilities) {
    private static final int CAP_SETPCAP = 8;

    /** Tries it, on a thread that ends with all it tried. */
    public static SandboxAbility tried() {
        var trial = new FutureTask<>(() -> {
            String why = null;
            try {
                Namespaces.tryAll();
            } catch (Errno e) {
                why = e.getMessage();
            }
            return new SandboxAbility(why, Landlock.version(), CapabilitySets.permitted());
        });
        Thread.ofPlatform().name("holdfast-sandbox").daemon().start(trial);
        try {
            return trial.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new SandboxAbility("interrupted while trying", 0, 0);
        } catch (ExecutionException e) {
            return new SandboxAbility(String.valueOf(e.getCause()), 0, 0);
        }
    }

    /** Whether paths can be closed by Landlock. */
    public boolean usableLandlock() {
        return landlock >= Landlock.NEEDED;
    }

    /** Whether capabilities can be taken away for good. */
    public boolean canDrop() {
        return (capabilities & (1L << CAP_SETPCAP)) != 0;
    }
}
