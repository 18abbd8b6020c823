package dev.holdfast.web;

import dev.holdfast.api.HttpHandler;

/** What is at a path. Thread-safe. */
@FunctionalInterface
public interface Site {
    /** @param path as it came, undecoded, sound */
    Door at(String path);

    /**
     * @param open answers whoever asks, without a token; {@code handler} is told of a caller who may nothing
     */
    record Door(HttpHandler handler, boolean open) {}
}
