package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.GroupLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsedFilesTest {
    @TempDir
    Path run;

    private InstanceFiles files;

    @BeforeEach
    void open() throws IOException {
        files = new InstanceFiles(run);
    }

    @AfterEach
    void close() {
        files.close();
    }

    @Test
    void servesTheNextOneOfItsGroupAndUser() throws IOException {
        Launch first = launch("q", null);
        Object pipe = over(first);
        Launch next = launch("q", null);
        InstanceFiles.Opened opened = files.create(next);
        assertThat(inode(next)).isEqualTo(pipe);
        assertThat(opened.dir()).isEqualTo(files.dir(next.id()));
        assertThat(Path.of(files.dir(first.id()))).doesNotExist();
        opened.close();
    }

    @Test
    void servesNoOtherGroup() throws IOException {
        over(launch("q", null));
        Launch other = launch("other", null);
        files.create(other).close();
        try (Stream<Path> all = Files.list(run.resolve("instances"))) {
            assertThat(all).hasSize(2); // the used one waits for its like
        }
    }

    @Test
    void servesNoOtherUser() throws IOException {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/proc/1/oom_score_adj")), "only root gives files away");
        over(launch("q", new Identity(65534, 65534, List.of())));
        Launch other = launch("q", null);
        files.create(other).close();
        assertThat(Files.getAttribute(Path.of(files.dir(other.id()), "out"), "unix:uid"))
                .isNotEqualTo(65534);
    }

    @Test
    void whatSomebodyWroteSinceThenIsNobodysOutput() throws IOException {
        Launch first = launch("q", null);
        InstanceFiles.Opened opened = files.create(first);
        var late = Descriptors.duplicate(opened.stdoutWrite());
        opened.close();
        files.over(first.id());
        Descriptors.writeWhole(late, "late".getBytes(StandardCharsets.UTF_8));
        Launch next = launch("q", null);
        InstanceFiles.Opened fresh = files.create(next);
        Descriptors.writeWhole(late, "later".getBytes(StandardCharsets.UTF_8));
        assertThat(Descriptors.readable(
                        java.util.Objects.requireNonNull(fresh.stdoutRead()),
                        dev.holdfast.linux.NativeBuffer.allocate(8)))
                .isZero();
        late.close();
        fresh.close();
    }

    @Test
    void isNoInstanceForTheNextDaemon() throws IOException {
        Launch first = launch("q", null);
        InstanceFiles.Opened opened = files.create(first);
        InstanceRecord.write(
                InstanceRecord.begin(first, null, "boot"), new ProcessRef(1, 1), Instant.EPOCH, opened.record());
        opened.close();
        assertThat(files.records(w -> {})).hasSize(1);
        files.over(first.id());
        var next = new InstanceFiles(run);
        assertThat(next.records(w -> {})).isEmpty();
        try (Stream<Path> all = Files.list(run.resolve("instances"))) {
            assertThat(all).isEmpty();
        }
        next.close();
    }

    @Test
    void opensItToNobodyWhomItsUserLetIn() throws IOException {
        Launch first = launch("q", null);
        files.create(first).close();
        Files.setPosixFilePermissions(
                Path.of(files.dir(first.id()), "out"), PosixFilePermissions.fromString("rw-rw-rw-"));
        files.over(first.id());
        Launch next = launch("q", null);
        files.create(next).close();
        assertThat(Files.getPosixFilePermissions(Path.of(files.dir(next.id()), "out")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void keepsFew() throws IOException {
        List<Launch> many = Stream.generate(() -> launch("q", null)).limit(20).toList();
        for (Launch l : many) {
            files.create(l).close();
        }
        many.forEach(l -> files.over(l.id()));
        try (Stream<Path> all = Files.list(run.resolve("instances"))) {
            assertThat(all).hasSize(8);
        }
    }

    private Object over(Launch launch) throws IOException {
        files.create(launch).close();
        Object inode = inode(launch);
        files.over(launch.id());
        return inode;
    }

    private Object inode(Launch launch) throws IOException {
        return Files.getAttribute(Path.of(files.dir(launch.id()), "out"), "unix:ino");
    }

    private static Launch launch(String group, @Nullable Identity who) {
        return new Launch(
                InstanceId.fresh(),
                "p",
                Map.of(),
                List.of("true"),
                Map.of(),
                "/",
                who,
                022,
                null,
                null,
                List.of(),
                List.of(),
                null,
                null,
                new Launch.Output.Captured(),
                new Launch.Group(group, GroupLimits.NONE),
                false);
    }
}
