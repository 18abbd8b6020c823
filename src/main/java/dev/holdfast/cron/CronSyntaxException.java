package dev.holdfast.cron;

/** An expression that cannot be read; the message says where, what is wrong and what is allowed. */
public final class CronSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final int position;

    CronSyntaxException(int position, String message) {
        super("at character " + position + ": " + message);
        this.position = position;
    }

    /** Where in the expression, from 1. */
    public int position() {
        return position;
    }
}
