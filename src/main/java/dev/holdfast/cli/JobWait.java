package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.JobReport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits until a job is over, a piece at a time, so that no connection is held for hours. */
record JobWait(Client client) {
    private static final long PIECE_SECONDS = 60;
    private static final long PAUSE_NANOS = 100_000_000;

    /**
     * @param most zero: as long as it takes
     * @return as it is at the end of the wait
     */
    JobReport until(String id, Duration most) throws IOException, Refused {
        long began = System.nanoTime();
        while (true) {
            Duration left = most.minusNanos(System.nanoTime() - began);
            boolean last = !most.isZero() && left.toSeconds() <= PIECE_SECONDS;
            long seconds = last ? Math.max(0, left.plusMillis(999).toSeconds()) : PIECE_SECONDS;
            String path = Subcommand.API + "jobs/" + Subcommand.encoded(id) + (seconds > 0 ? "?wait=" + seconds : "");
            try {
                JobReport report = client.get(path, JobReport.class);
                boolean over = !most.isZero() && System.nanoTime() - began >= most.toNanos();
                if (report.over() || over || seconds == 0) {
                    return report;
                }
                LockSupport.parkNanos(PAUSE_NANOS); // a daemon that is short of threads answers early
            } catch (Refused e) {
                Integer pause = e.failure().retryAfterSeconds();
                if (pause == null || (!most.isZero() && left.toSeconds() < pause)) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(pause));
            }
        }
    }
}
