package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code build/oci} writes, around a runtime that is only a name: {@link OciImageTest} runs a real one. */
@Timeout(120)
class OciTest {
    @TempDir
    Path dir;

    private Path runtime;

    @BeforeEach
    void makeARuntime() throws IOException {
        runtime = runtime(dir.resolve("runtime"));
    }

    @Test
    void describesWhatItContains() throws IOException {
        OciLayout image = OciLayout.of(made("--base", "minimal"), dir.resolve("layout"));
        Map<?, ?> how = OciLayout.map(image.config(), "config");
        assertThat(image.command()).containsExactly("/opt/holdfast/holdfast", "up");
        assertThat(image.environment()).singleElement().asString().startsWith("PATH=/opt/holdfast:");
        assertThat(how.get("StopSignal")).isEqualTo("SIGTERM");
        assertThat(OciLayout.map(how, "Volumes").keySet())
                .isEqualTo(java.util.Set.of("/var/lib/holdfast", "/var/log/holdfast"));
        assertThat(OciLayout.map(how, "Labels").get("org.opencontainers.image.version"))
                .isEqualTo("7.8.9");
        assertThat(image.config().get("created")).isEqualTo("2001-09-09T01:46:40Z");
        assertThat(image.layers()).hasSize(2);

        assertThat(image.archive().get("RepoTags")).isEqualTo(List.of("holdfast:7.8.9"));
        assertThat(OciLayout.list(image.archive(), "Layers"))
                .isEqualTo(image.layers().stream()
                        .map(l -> image.root().relativize(l).toString())
                        .toList());
        Path rootfs = dir.resolve("rootfs");
        image.unpackTo(rootfs);
        assertThat(rootfs.resolve("opt/holdfast/bin/java")).isExecutable();
        assertThat(rootfs.resolve("opt/holdfast/daemon.aot")).doesNotExist();
        assertThat(rootfs.resolve("usr/share/doc")).isDirectoryRecursivelyContaining("glob:**/copyright");
    }

    /** Another builder, another day, other rights: the same bytes. */
    @Test
    void isTheSameWhoeverBuildsItWhenever() throws IOException {
        Path one = made("--base", "minimal");
        Path copy = runtime(dir.resolve("elsewhere/copy"));
        try (var all = Files.walk(copy)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.plusSeconds(12345)));
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
            }
        }
        Files.setPosixFilePermissions(copy.resolve("cli.flags"), PosixFilePermissions.fromString("rw-rw----"));
        Path other = made(List.of("sh", "-c", "umask 077; exec \"$@\"", "sh"), copy, dir.resolve("b"));
        assertThat(other).hasSameBinaryContentAs(one);
    }

    @Test
    void standsAloneOrOnABaseOfOnesOwn() throws IOException {
        assertThat(OciLayout.of(made("--base", "none"), dir.resolve("none")).layers())
                .hasSize(1);
        Path base = Files.createDirectories(dir.resolve("base/usr/bin"));
        Files.writeString(base.resolve("tool"), "mine");
        Path rootfs = dir.resolve("rootfs");
        OciLayout.of(made("--base", dir.resolve("base").toString()), dir.resolve("on"))
                .unpackTo(rootfs);
        assertThat(rootfs.resolve("usr/bin/tool")).hasContent("mine");
        assertThat(rootfs.resolve("opt/holdfast/holdfast")).isExecutable();
    }

    @Test
    void bringsTheCachesInALayerOfTheirOwn() throws IOException {
        OciLayout plain = OciLayout.of(made("--base", "none"), dir.resolve("plain"));
        OciLayout cached = OciLayout.of(made("--base", "none", "--caches"), dir.resolve("cached"));
        assertThat(cached.layers()).hasSize(2);
        assertThat(cached.layers().getFirst())
                .hasFileName(plain.layers().getFirst().getFileName().toString());
        Path rootfs = dir.resolve("rootfs");
        cached.unpackTo(rootfs);
        assertThat(rootfs.resolve("opt/holdfast/daemon.aot")).hasContent("cache");
    }

    @Test
    void refusesWhatItCannotMake() {
        assertThat(DaemonUnderTest.runPlain(List.of("build/oci", "--bas", "none")))
                .satisfies(r -> assertThat(r.exit()).isEqualTo(2))
                .satisfies(r -> assertThat(r.err()).contains("unknown: --bas;"));
        assertThat(run(runtime, dir, "--base", dir.toString()).err()).contains("there is no root file system in it");
        assertThat(run(dir, dir, "--base", "none").err()).contains("there is no bin/java in it");
        assertThat(dir).isDirectoryNotContaining("glob:**.tar*");
    }

    private Path made(String... options) {
        return made(List.of(), runtime, dir, options);
    }

    private static Path made(List<String> prefix, Path runtime, Path out, String... options) {
        var ran = run(prefix, runtime, out, options);
        assertThat(ran.exit()).as(ran.err()).isZero();
        return Path.of(ran.out().strip());
    }

    private static DaemonUnderTest.Ran run(Path runtime, Path out, String... options) {
        return run(List.of(), runtime, out, options);
    }

    private static DaemonUnderTest.Ran run(List<String> prefix, Path runtime, Path out, String... options) {
        var command = new ArrayList<>(prefix);
        command.addAll(List.of("env", "SOURCE_DATE_EPOCH=1000000000", "build/oci"));
        command.addAll(List.of("--image", runtime.toString(), "--out", out.toString()));
        command.addAll(List.of(options));
        return DaemonUnderTest.runPlain(command);
    }

    private static Path runtime(Path at) throws IOException {
        Path java = Files.createDirectories(at.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho holdfast 7.8.9\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(at.resolve("cli.flags"), "");
        Files.writeString(at.resolve("cli.aot"), "cache");
        Files.writeString(at.resolve("daemon.aot"), "cache");
        return at;
    }
}
