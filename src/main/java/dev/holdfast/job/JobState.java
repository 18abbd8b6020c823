package dev.holdfast.job;

import java.util.Locale;

/** Where a job stands. Each comes to exactly one of the last three, for good unless somebody asks for it again. */
public enum JobState {
    /** It waits: for its time, its turn, or its next attempt. */
    QUEUED,
    /** Somebody holds it. */
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    public boolean over() {
        return this != QUEUED && this != RUNNING;
    }

    /** As people write it. */
    public String written() {
        return name().toLowerCase(Locale.ROOT);
    }
}
