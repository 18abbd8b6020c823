package dev.holdfast.linux;

import java.io.IOException;

/** A system call that failed, with the call, its object and the kernel's reason (errno(3)). */
public final class Errno extends IOException {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int ENOEXEC = 8;
    public static final int ECHILD = 10;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOSPC = 28;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;

    private static final long serialVersionUID = 1L;

    private final int number;

    public Errno(String call, int number) {
        super(call + ": " + text(number));
        this.number = number;
    }

    /** The errno, above 0. */
    public int number() {
        return number;
    }

    /** The kernel's reason in words, as strerror(3) has it for those that users meet. */
    public static String text(int number) {
        return switch (number) {
            case EPERM -> "operation not permitted";
            case ENOENT -> "no such file or directory";
            case ESRCH -> "no such process";
            case EINTR -> "interrupted";
            case EIO -> "input/output error";
            case ENXIO -> "no such device or address";
            case 7 -> "argument list too long";
            case ENOEXEC -> "exec format error: neither a binary for this machine nor a script with a #! line";
            case 9 -> "bad file descriptor";
            case ECHILD -> "no child processes";
            case EAGAIN -> "resource temporarily unavailable: a limit on processes or threads is reached";
            case 12 -> "cannot allocate memory";
            case EACCES -> "permission denied";
            case EBUSY -> "device or resource busy";
            case EEXIST -> "file exists";
            case ENOTDIR -> "not a directory";
            case EXDEV -> "on another file system";
            case EISDIR -> "is a directory";
            case EINVAL -> "invalid argument";
            case 23 -> "too many open files in the system";
            case 24 -> "too many open files";
            case 26 -> "text file busy";
            case 27 -> "file too large";
            case ENOSPC -> "no space left on device";
            case ENODEV -> "no such device";
            case 30 -> "read-only file system";
            case 36 -> "file name too long";
            case 38 -> "not implemented by this kernel";
            case ENOTEMPTY -> "directory not empty";
            case ELOOP -> "too many levels of symbolic links";
            case 95 -> "operation not supported";
            case 122 -> "disk quota exceeded";
            default -> "errno " + number;
        };
    }
}
