package dev.holdfast.workdir;

import java.util.List;

/**
 * As whom a job runs.
 *
 * @param groups all of them, or the primary one alone
 */
public record Owner(int uid, int gid, List<Integer> groups) {
    private static final int SEARCH = 1;

    boolean isRoot() {
        return uid == 0;
    }

    /** Whether a directory's mode lets it go through (path_resolution(7)). */
    boolean maySearch(int mode, int itsUid, int itsGid) {
        int shift = uid == itsUid ? 6 : gid == itsGid || groups.contains(itsGid) ? 3 : 0;
        return isRoot() || (mode >> shift & SEARCH) != 0;
    }
}
