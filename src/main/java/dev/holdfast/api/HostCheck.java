package dev.holdfast.api;

import java.util.List;

/**
 * What a configuration asks of this host.
 *
 * @param problems that forbid it here, each at its place
 * @param sums what all of it comes to, for people: a line each, parts indented below their sum
 */
public record HostCheck(List<String> problems, List<String> sums) {}
