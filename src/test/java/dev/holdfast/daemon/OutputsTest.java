package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.log.Pump;
import dev.holdfast.log.Tap;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OutputsTest {
    @TempDir
    private Path dir;

    @Test
    void whoIsTappedIsKnownUntilAllIsKept() throws Exception {
        var job = new InstanceId("00112233445566778899aabbccddeeff");
        var other = new InstanceId("ff112233445566778899aabbccddee00");
        var keeping = new Pump.Keeping(dir, 0);
        try (var pump =
                new Pump(dir, keeping, () -> new Now(Instant.EPOCH, new MonoTime(5)), _ -> {}, _ -> {}, _ -> {})) {
            var outputs = new Outputs(pump, dir, new TreeMap<>());
            outputs.tapping(a -> "films".equals(a.get("queue")) ? Optional.of(new Tap("(\\d+)%")) : Optional.empty());
            try (Fd out = attached(outputs, job, Map.of("queue", "films"));
                    Fd others = attached(outputs, other, Map.of())) {
                pump.begin();
                Descriptors.writeWhole(out, "at 7%".getBytes(StandardCharsets.UTF_8));
                Descriptors.writeWhole(others, "at 8%".getBytes(StandardCharsets.UTF_8));
                assertThat(outputs.tap(other)).isEmpty();
                var kept = new AtomicReference<String>();
                outputs.whenKept(
                        job, () -> kept.set(outputs.tap(job).map(Tap::tail).orElse("none")));
                var drained = new CountDownLatch(1);
                outputs.detach(job, drained::countDown);
                assertThat(drained.await(30, TimeUnit.SECONDS)).isTrue();
                assertThat(kept).hasValue("at 7%");
                assertThat(outputs.tap(job)).isEmpty();
            }
        }
    }

    @Test
    void noLogIsDeletedBecauseItsFileSystemDoesNotTellItsSize() {
        var warned = new ArrayList<String>();
        Path gone = dir.resolve("gone");
        assertThat(Outputs.keeping(gone, null, warned::add).maxTotalBytes()).isEqualTo(4L << 30);
        assertThat(warned).singleElement().asString().contains(gone + " is cannot be read", "4.0Gi");
        warned.clear();
        assertThat(Outputs.keeping(gone, 7L, warned::add).maxTotalBytes()).isEqualTo(7);
        assertThat(Outputs.keeping(dir, null, warned::add).maxTotalBytes()).isBetween(64L << 20, 4L << 30);
        assertThat(warned).isEmpty();
    }

    /** @return what a program would write into */
    private Fd attached(Outputs outputs, InstanceId id, Map<String, String> attributes) throws IOException {
        Path out = dir.resolve(id + ".out");
        Path err = dir.resolve(id + ".err");
        Descriptors.mkfifo(out.toString(), 0600, -1, -1);
        Descriptors.mkfifo(err.toString(), 0600, -1, -1);
        outputs.attach(id, "films", attributes, opened(out), opened(err));
        return opened(out);
    }

    private static Fd opened(Path fifo) throws IOException {
        return Descriptors.open(fifo, Descriptors.O_RDWR | Descriptors.O_NONBLOCK, 0);
    }
}
