package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostNameTest {
    @TempDir
    private Path state;

    private final List<String> said = new ArrayList<>();

    @Test
    void isTheSameForEachDaemonOfAStateDirectory() {
        String first = HostName.of(state, "web 1", "abc", said::add);
        assertThat(first).startsWith("web-1-");
        assertThat(HostName.of(state, "renamed", "abc", said::add)).isEqualTo(first);
        assertThat(HostName.of(state, "web 1", "", said::add))
                .as("where no machine has an id")
                .isEqualTo(first);
        assertThat(said).isEmpty();
    }

    @Test
    void isAnotherWhereTheDirectoryWasCopiedToAnotherMachine() {
        String first = HostName.of(state, "web", "abc", said::add);
        String copy = HostName.of(state, "web", "def", said::add);
        assertThat(copy).startsWith("web-").isNotEqualTo(first);
        assertThat(said).singleElement().asString().contains("copied", first);
        assertThat(HostName.of(state, "web", "def", said::add)).isEqualTo(copy);
    }

    @Test
    void takesANameThatWasKeptBeforeMachinesWereTold() throws IOException {
        Files.writeString(state.resolve("host"), "old-0a0b\n");
        assertThat(HostName.of(state, "web", "abc", said::add)).isEqualTo("old-0a0b");
        assertThat(HostName.of(state, "web", "def", said::add)).isNotEqualTo("old-0a0b");
        assertThat(Files.readString(state.resolve("host"))).doesNotContain("def");
    }
}
