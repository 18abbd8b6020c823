package dev.holdfast.config;

/**
 * {@code global.metrics}: where metrics are read without a token.
 *
 * @param path of the URL
 */
public record MetricsSpec(ListenSpec listen, String path) {}
