package dev.holdfast.linux;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whom the OOM killer has ended since this was opened, by the kernel's log (/dev/kmsg,
 * Documentation/ABI/testing/dev-kmsg): for processes that no cgroup of ours counts this for. It is read only when somebody
 * asks. One thread owns it.
 */
public final class OomLog implements AutoCloseable {
    public static final Path DEVICE = Path.of("/dev/kmsg");

    /** The pid namespace in which the log counts (PROC_PID_INIT_INO of linux/proc_ns.h). */
    private static final String FIRST_NAMESPACE = "pid:[4026531836]";

    /** What a read of a longer record would need; the kernel writes none (CONSOLE_EXT_LOG_MAX). */
    private static final int RECORD = 8192;

    private static final int EPIPE = 32;
    /** Records that are read at a time at most: a log that is flooded must not hold its reader up. */
    private static final int MOST = 20_000;

    private static final int REMEMBERED = 1000;
    private static final long SLACK_NANOS = 2_000_000_000;
    /** The log's clock is not adjusted as the monotonic one is, which may be by 500 parts in a million (adjtimex(2)). */
    private static final int DRIFT = 2000;

    private final BootClock boot = new BootClock();
    private final Fd log;
    private final NativeBuffer buffer = NativeBuffer.allocate(RECORD);
    private final byte[] text = new byte[RECORD];
    /** The log's time in microseconds by pid, the oldest first. */
    private final Map<Integer, Long> ended = new LinkedHashMap<>();

    private OomLog(Fd log) {
        this.log = log;
    }

    /**
     * @param device such as /dev/kmsg
     * @throws IOException why the log cannot be read, or says nothing about the processes that we see
     */
    public static OomLog open(Path device, Path proc) throws IOException {
        if (!Files.readSymbolicLink(proc.resolve("self/ns/pid")).toString().equals(FIRST_NAMESPACE)) {
            throw new IOException("the kernel's log has no pids of this pid namespace");
        }
        Fd log = Descriptors.open(device, Descriptors.O_RDONLY | Descriptors.O_NONBLOCK, 0);
        try {
            Descriptors.size(log); // what comes from now on
            return new OomLog(log);
        } catch (Errno e) {
            log.close();
            throw e;
        }
    }

    /** Whether a process that was killed was so by the OOM killer. False as well when that cannot be found out. */
    public boolean ended(ProcessRef process, MonoTime now) {
        catchUp();
        Long at = ended.get(process.pid());
        if (at == null) {
            return false;
        }
        long up = boot.nanos();
        long age = up - process.startTicks() * (1_000_000_000 / 100);
        return now.nanos() - at * 1000 <= age + SLACK_NANOS + up / DRIFT; // else it was another of that pid
    }

    private void catchUp() {
        for (int i = 0; i < MOST; i++) {
            int n = Descriptors.read(log, buffer, 0, RECORD);
            if (n == -EPIPE) {
                continue; // records were overwritten before we came; the next read is of the oldest that is left
            }
            if (n <= 0) {
                return;
            }
            buffer.bytes().get(0, text, 0, n);
            OomRecord.parse(new String(text, 0, n, StandardCharsets.UTF_8)).ifPresent(this::remember);
        }
    }

    private void remember(OomRecord record) {
        ended.remove(record.pid());
        ended.put(record.pid(), record.atMicros());
        if (ended.size() > REMEMBERED) {
            ended.remove(ended.keySet().iterator().next());
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
