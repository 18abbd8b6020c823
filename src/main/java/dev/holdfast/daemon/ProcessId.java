package dev.holdfast.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Our own pid, without waking the classes that the kernel's interface needs. */
final class ProcessId {
    private ProcessId() {}

    static long own() throws IOException {
        return Long.parseLong(Files.readSymbolicLink(Path.of("/proc/self")).toString());
    }
}
