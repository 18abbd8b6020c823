package dev.holdfast.client;

import org.jspecify.annotations.Nullable;

/** A job failed in a way that its queue's {@code retry.when} may name. */
public final class JobFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private final String failure;

    /**
     * @param failure its class, such as network: up to 64 lower-case letters, digits, {@code _} and {@code -}
     * @param detail in words
     */
    public JobFailed(String failure, String detail) {
        this(failure, detail, null);
    }

    /** As {@link #JobFailed(String, String)}. */
    public JobFailed(String failure, String detail, @Nullable Throwable cause) {
        super(detail, cause);
        if (!failure.matches("[a-z][a-z0-9_-]{0,63}")) {
            throw new IllegalArgumentException("a class is a word in lower case, such as network, not " + failure);
        }
        this.failure = failure;
    }

    /** Its class. */
    public String failure() {
        return failure;
    }
}
