package dev.holdfast.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whose files a daemon of root obeys: those that nobody else can change, for they say what root runs. */
final class Trust {
    private static final int GROUP_WRITE = 020;
    private static final int OTHERS_WRITE = 02;
    private static final int STICKY = 01000;

    /** Who became root by sudo(8) for this command owns what he could change as root anyway; 0 for nobody. */
    private final int invoker;

    /** @param environment the caller's */
    Trust(Map<String, String> environment) {
        String uid = environment.getOrDefault("SUDO_UID", "");
        this.invoker = uid.matches("[0-9]{1,9}") ? Integer.parseInt(uid) : 0;
    }

    /**
     * Why a file must not be obeyed, and how that is put right; null when it may be.
     *
     * @throws IOException when it cannot be looked at
     */
    @Nullable
    String lacking(Path file) throws IOException {
        Path real = file.toRealPath();
        String why = lacking(real, false);
        Path directory = real.getParent();
        return why != null || directory == null ? why : lacking(directory, true);
    }

    private @Nullable String lacking(Path path, boolean directory) throws IOException {
        int owner = (Integer) Files.getAttribute(path, "unix:uid");
        int group = (Integer) Files.getAttribute(path, "unix:gid");
        int mode = (Integer) Files.getAttribute(path, "unix:mode");
        String it = directory ? "lies in " + path + ", which " : "";
        String must = "; a daemon of root must not obey it: ";
        if (owner != 0 && owner != invoker) {
            return it + "belongs to uid " + owner + must + "chown root " + path;
        }
        if (directory && (mode & STICKY) != 0) {
            return null; // only the owner of a file may replace it there
        }
        if ((mode & OTHERS_WRITE) != 0) {
            return it + "may be written by everyone" + must + "chmod o-w " + path;
        }
        return (mode & GROUP_WRITE) != 0 && group != 0
                ? it + "may be written by gid " + group + must + "chmod g-w " + path
                : null;
    }
}
