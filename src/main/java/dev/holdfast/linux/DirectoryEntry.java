package dev.holdfast.linux;

/** A name in a directory: any bytes but 0 and '/'. */
public final class DirectoryEntry {
    private final byte[] name;
    private final FileStatus.Kind kind;

    DirectoryEntry(byte[] name, FileStatus.Kind kind) {
        this.name = name;
        this.kind = kind;
    }

    /** The caller must not change it. */
    public byte[] name() {
        return name;
    }

    /** What it was when the directory was read; not every file system tells. */
    public FileStatus.Kind kind() {
        return kind;
    }
}
