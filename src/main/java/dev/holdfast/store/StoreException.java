package dev.holdfast.store;

import java.io.IOException;

/** The store does not do what it was asked, said for people. */
public final class StoreException extends IOException {
    private static final long serialVersionUID = 1L;

    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
