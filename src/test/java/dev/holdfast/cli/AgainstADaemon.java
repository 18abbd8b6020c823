package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Commands that ask a daemon, here one that answers as it is told. */
abstract class AgainstADaemon {
    @TempDir
    Path dir;

    CannedDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = new CannedDaemon(dir);
    }

    @AfterEach
    void end() throws IOException {
        daemon.close();
    }
}
