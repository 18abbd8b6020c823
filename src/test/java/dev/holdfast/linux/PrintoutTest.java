package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a program prints is kept at both ends, and never an error to it. */
@Tag("process")
@Timeout(60)
class PrintoutTest {
    /** As a program does that opens /dev/stdout. */
    private static void print(Printout p, String text) throws IOException {
        try (var out = FileChannel.open(Path.of("/proc/self/fd/" + p.fd().number()), StandardOpenOption.WRITE)) {
            ByteBuffer b = StandardCharsets.UTF_8.encode(text);
            while (b.hasRemaining()) {
                out.write(b);
            }
        }
    }

    @Test
    void whatIsShortIsKeptWhole() throws IOException {
        try (Poller poller = Poller.open();
                Printout p = Printout.of(100, poller)) {
            assertThat(p.text()).isEmpty();
            print(p, "hällo\n");
            assertThat(p.text()).isEqualTo("hällo\n");
            print(p, "x".repeat(80));
            assertThat(p.text()).isEqualTo("hällo\n" + "x".repeat(80));
        }
    }

    @Test
    void ofWhatIsLongTheFirstAndTheLastAreKeptAndTheProgramNeverWaitsForSomebodyToAsk() throws Exception {
        try (Poller poller = Poller.open();
                Printout p = Printout.of(20, poller)) {
            CompletableFuture<Void> printed = CompletableFuture.runAsync(() -> {
                try {
                    print(p, "0123456789" + "abc".repeat(500_000) + "9876543210");
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            while (!printed.isDone()) {
                poller.await(10_000_000);
            }
            printed.get();
            for (int i = 0; i < 100 && !p.text().endsWith("9876543210"); i++) {
                poller.await(0);
            }
            assertThat(p.text()).isEqualTo("0123456789\n… 1500000 bytes …\n9876543210");
        }
    }
}
