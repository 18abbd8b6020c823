package dev.holdfast.daemon;

import dev.holdfast.api.JobReport;
import dev.holdfast.api.QueueReport;
import dev.holdfast.api.Status;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.JobState;
import dev.holdfast.queue.Alarms;
import dev.holdfast.queue.QueueView;
import dev.holdfast.store.Jobs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Jobs and queues as the API tells them. */
final class JobReports {
    private JobReports() {}

    static JobReport of(Jobs.Seen j) {
        boolean waits = j.state() == JobState.QUEUED && j.notBefore().isAfter(j.submitted());
        return new JobReport(
                j.id(),
                j.queue(),
                j.state().written(),
                j.payload(),
                j.priority(),
                j.key(),
                j.submitted().toString(),
                waits ? j.notBefore().toString() : null,
                text(j.ended()),
                j.attempt(),
                j.host(),
                j.failure(),
                j.detail(),
                j.progress(),
                null,
                j.attempts().stream().map(JobReports::of).toList());
    }

    static Status.Queue of(QueueView v, Path log) {
        return new Status.Queue(
                v.name(),
                (int) v.works().stream().filter(QueueView.Work::placed).count(),
                v.spec().concurrency(),
                v.spec().pull() != null,
                v.spec().enabled(),
                v.trouble(),
                log.toString());
    }

    private static JobReport.Attempt of(Attempt a) {
        return new JobReport.Attempt(
                a.number(),
                a.host(),
                text(a.started()),
                text(a.ended()),
                a.failure(),
                a.detail(),
                a.exitCode(),
                a.signal(),
                a.cpuSeconds(),
                a.peakBytes(),
                a.readBytes(),
                a.writtenBytes(),
                a.output());
    }

    private static @Nullable String text(@Nullable Instant at) {
        return at == null ? null : at.toString();
    }

    static Duration window(QueueSpec spec) {
        return spec.alert() == null ? Duration.ofMinutes(15) : spec.alert().window();
    }

    static List<String> alarms(QueueSpec spec, Jobs.Health h, Instant now) {
        return Alarms.of(spec.alert(), h.waiting(), age(h, now), h.succeeded(), h.failed());
    }

    private static @Nullable Duration age(Jobs.Health h, Instant now) {
        Instant oldest = h.oldest();
        if (oldest == null) {
            return null;
        }
        Duration age = Duration.between(oldest, now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    /**
     * @param workers null: unknown, as {@code memoryBytes}
     */
    static QueueReport of(
            QueueSpec spec,
            Jobs.Health h,
            Instant now,
            @Nullable Integer workers,
            @Nullable Long memoryBytes,
            QueueReport.@Nullable Details details) {
        Duration age = age(h, now);
        long over = h.succeeded() + h.failed();
        return new QueueReport(
                spec.name(),
                spec.enabled() ? h.gate().name().toLowerCase(Locale.ROOT) : "disabled",
                spec.pull() != null,
                spec.concurrency(),
                spec.maxLength(),
                h.waiting(),
                h.delayed(),
                h.running(),
                age == null ? null : (Double) (age.toMillis() / 1000.0),
                window(spec).toSeconds(),
                h.succeeded(),
                h.failed(),
                h.attempts(),
                over == 0 ? null : (Double) ((double) h.failed() / over),
                h.failedKept(),
                workers,
                memoryBytes,
                alarms(spec, h, now),
                details);
    }
}
