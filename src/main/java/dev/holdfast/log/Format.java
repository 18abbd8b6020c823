package dev.holdfast.log;

/** How lines stand in a file. */
public enum Format {
    /** {@code TIME stdout F TEXT}, as Kubernetes' CRI has it; P in place of F marks a piece of a long line. */
    PREFIXED,
    /** The bytes as the program wrote them. */
    RAW,
    /** A JSON object a line. */
    JSON
}
