package dev.holdfast.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** /proc by another name, whose look at this process can be made to fail: as it does without a free descriptor. */
final class FaultyProc {
    private final Path root;
    private final Path faulty;

    /** @param root a name for it */
    FaultyProc(Path root) throws IOException {
        this.root = root;
        this.faulty = Files.createDirectory(root.resolveSibling("no-proc"));
        String self = Long.toString(ProcessHandle.current().pid());
        Files.createSymbolicLink(faulty.resolve(self), Path.of(self));
        mend();
    }

    Path root() {
        return root;
    }

    void hideOwnChildren() throws IOException {
        leadTo(faulty);
    }

    void mend() throws IOException {
        leadTo(LauncherUnderTest.PROC);
    }

    private void leadTo(Path target) throws IOException {
        Files.deleteIfExists(root);
        Files.createSymbolicLink(root, target);
    }
}
