package dev.holdfast.workdir;

import java.util.List;

/**
 * What a sweep came to.
 *
 * @param removed directories of jobs that are gone by it, and deliveries that nobody had ended
 * @param problems what could not be removed, for people
 */
public record Swept(int removed, List<String> problems) {}
