package dev.holdfast.workdir;

/** What came of a delivery. */
public sealed interface Delivery {
    /**
     * It is there, and on disk.
     *
     * @param files how many
     * @param bytes of them, holes included
     * @param copied whether they came from another file system
     * @param remark about what an earlier attempt of this job left, for people; empty when there is none
     */
    record Done(int files, long bytes, boolean copied, String remark) implements Delivery {}

    /**
     * Nothing is there.
     *
     * @param why for people
     */
    record Failed(String why) implements Delivery {}
}
