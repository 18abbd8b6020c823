package dev.holdfast.cli;

import dev.holdfast.api.Status;

/** A process whose number follows something, as people read it. */
final class ScaleText {
    private ScaleText() {}

    /** Such as {@code 3 of 1 to 8 replicas by queue media, 5 a replica; 5 are wanted: more in 12s}. */
    static String line(Status.Scale s) {
        Integer wanted = s.wanted();
        return s.replicas() + " of " + s.min() + " to " + s.max() + " replicas by " + s.by()
                + (wanted == null || wanted == s.replicas()
                        ? ""
                        : "; " + wanted + (wanted == 1 ? " is wanted" : " are wanted"))
                + ": " + s.detail();
    }
}
