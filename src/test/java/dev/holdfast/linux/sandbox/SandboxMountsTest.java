package dev.holdfast.linux.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.linux.sandbox.Sandbox.Means;
import dev.holdfast.linux.sandbox.Sandbox.ProtectSystem;
import dev.holdfast.testkernel.AlsoOnPlainKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same layout with and without mount_setattr(2), seen by a thread of its own. */
@AlsoOnPlainKernel
@Timeout(120)
class SandboxMountsTest {
    private Path data;

    @BeforeEach
    void needsNamespaces() throws IOException {
        SandboxAbility ability = SandboxAbility.tried();
        assumeTrue(ability.noNamespaces() == null, "no namespaces here: " + ability.noNamespaces());
        data = Files.createTempDirectory(Path.of("/var/lib"), "hf-mounts");
        Files.createDirectories(data.resolve("a/b/c"));
        Files.createSymbolicLink(data.resolve("link"), data.resolve("a/b"));
    }

    @AfterEach
    void cleanUp() throws IOException {
        if (data != null) {
            delete(data);
        }
    }

    private static void delete(Path dir) throws IOException {
        try (var all = Files.walk(dir)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }

    private static Sandbox sandbox(ProtectSystem system, boolean home, List<String> writable, List<String> readOnly) {
        return new Sandbox(Means.NAMESPACES, system, home, false, writable, readOnly, false, null, null, false, null);
    }

    /** Where a file can be made, told by a thread in this sandbox. */
    private static List<Path> writable(Sandbox s, boolean attributes, List<Path> asked) throws Exception {
        return inside(s, attributes, () -> {
            var writable = new ArrayList<Path>();
            for (Path dir : asked) {
                if (canMake(dir.resolve("probe"))) {
                    writable.add(dir);
                }
            }
            return writable;
        });
    }

    private static boolean canMake(Path file) {
        try {
            Files.delete(Files.createFile(file));
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    private static <T> T inside(Sandbox s, boolean attributes, Callable<T> question) throws Exception {
        var answer = new FutureTask<>(() -> {
            Namespaces.unshare(true, false, false);
            SandboxMounts.detach();
            try (SandboxPaths paths = SandboxPaths.of(s, List.of());
                    SandboxMounts mounts = new SandboxMounts(paths, attributes)) {
                mounts.apply();
            }
            return question.call();
        });
        Thread.ofPlatform().start(answer);
        return answer.get();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theDeepestEntryDecides(boolean attributes) throws Exception {
        assumeTrue(!attributes || SandboxMounts.hasAttributes(), "this kernel has no mount_setattr");
        List<Path> asked =
                List.of(data, data.resolve("a"), data.resolve("a/b"), data.resolve("a/b/c"), Path.of("/etc"));
        assertThat(writable(
                        sandbox(ProtectSystem.STRICT, true, List.of(data + "/link"), List.of(data + "/a/b/c")),
                        attributes,
                        asked))
                .containsExactly(data.resolve("a/b"));
        assertThat(writable(
                        sandbox(ProtectSystem.FULL, false, List.of(data + "/a/b"), List.of(data.toString())),
                        attributes,
                        asked))
                .containsExactly(data.resolve("a/b"), data.resolve("a/b/c"));
        List<Path> kernel = List.of(Path.of("/dev"), Path.of("/etc"), Path.of("/usr"));
        assertThat(writable(sandbox(ProtectSystem.STRICT, false, List.of(), List.of()), attributes, kernel))
                .containsExactly(Path.of("/dev"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void showsAgainWhatIsNamedBelowAHiddenDirectory(boolean attributes) throws Exception {
        assumeTrue(!attributes || SandboxMounts.hasAttributes(), "this kernel has no mount_setattr");
        Files.createDirectories(Path.of("/home"));
        Path ofHome = Files.createTempDirectory(Path.of("/home"), "hf-mounts");
        try {
            Path shown = Files.createDirectories(ofHome.resolve("deep/shown"));
            Path file = Files.writeString(ofHome.resolve("file"), "text");
            Sandbox s = sandbox(ProtectSystem.NOTHING, true, List.of(shown.toString()), List.of(file.toString()));
            assertThat(writable(s, attributes, List.of(ofHome, shown, Path.of("/home"), Path.of("/root"))))
                    .containsExactly(shown);
            List<String> seen = inside(s, attributes, () -> {
                var all = new ArrayList<String>();
                try (var files = Files.walk(Path.of("/home"))) {
                    files.forEach(f -> all.add(f.toString()));
                }
                all.add(Files.readString(file) + Files.isWritable(file));
                return all;
            });
            assertThat(seen)
                    .containsExactlyInAnyOrder(
                            "/home",
                            ofHome.toString(),
                            ofHome + "/deep",
                            shown.toString(),
                            file.toString(),
                            "textfalse");
        } finally {
            delete(ofHome);
        }
    }

    @Test
    void onePathCannotBeBoth() {
        Sandbox s = sandbox(ProtectSystem.STRICT, false, List.of(data + "/link"), List.of(data + "/a/b"));
        assertThatThrownBy(() -> SandboxPaths.of(s, List.of()))
                .hasMessageContaining("sandbox.read_write_paths " + data + "/link: sandbox.read_only_paths is about");
    }
}
