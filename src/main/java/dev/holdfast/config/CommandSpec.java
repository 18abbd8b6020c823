package dev.holdfast.config;

import java.util.List;

/**
 * A program and its arguments.
 *
 * @param argv what is executed; for a shell line {@code [/bin/sh, -c, LINE]}
 */
public record CommandSpec(List<String> argv) {}
