package dev.holdfast.client;

import java.io.IOException;

/** Holdfast waits to be told, and could not be. */
public final class NotifyException extends IOException {
    private static final long serialVersionUID = 1L;

    NotifyException(String message, IOException cause) {
        super(message, cause);
    }
}
