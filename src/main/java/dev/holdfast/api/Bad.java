package dev.holdfast.api;

import java.io.IOException;

/** A request that is none, or none that is answered here. */
final class Bad extends IOException {
    private static final long serialVersionUID = 1L;

    final int status;

    Bad(int status, String message) {
        super(message);
        this.status = status;
    }
}
