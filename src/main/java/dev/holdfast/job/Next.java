package dev.holdfast.job;

import java.time.Instant;

/** What becomes of a job whose attempt is over. */
public sealed interface Next {
    /**
     * Nothing more is tried.
     *
     * @param state one of those that are {@link JobState#over}
     * @param told whether somebody is to be told, as its queue says
     */
    record Over(JobState state, boolean told) implements Next {}

    /** It is tried again, no sooner than this. */
    record Again(Instant notBefore) implements Next {}

    /** It was not begun at all: as if it had not been claimed. */
    record Unbegun() implements Next {}
}
