package dev.holdfast.process;

import java.util.List;

/**
 * Whom a child runs as.
 *
 * @param uid real, effective and saved user
 * @param gid real, effective and saved group
 * @param groups supplementary groups
 */
public record Identity(int uid, int gid, List<Integer> groups) {}
