package dev.holdfast.metric;

/** What is measured of schedules and queues. */
final class OfWork {
    static final Description SCHEDULE_LAST_DURATION = Description.gauge(
            "holdfast_schedule_last_duration_seconds", "seconds", "How long the last attempt took.", "schedule");

    static final Description SCHEDULE_LAST_SUCCESS = Description.gauge(
            "holdfast_schedule_last_success", "1 or 0", "Whether the last attempt succeeded.", "schedule");

    static final Description SCHEDULE_LAST_START = Description.gauge(
            "holdfast_schedule_last_start_time_seconds",
            "seconds since 1970",
            "When the last attempt that ended was started.",
            "schedule");

    static final Description SCHEDULE_LAST_END = Description.gauge(
            "holdfast_schedule_last_end_time_seconds",
            "seconds since 1970",
            "When the last attempt ended.",
            "schedule");

    static final Description SCHEDULE_LATENESS = Description.gauge(
            "holdfast_schedule_lateness_seconds",
            "seconds",
            "How long after its due time the last run was started. Of this daemon's life.",
            "schedule");

    static final Description SCHEDULE_NEXT = Description.gauge(
            "holdfast_schedule_next_time_seconds",
            "seconds since 1970",
            "When it is due next. Missing when that is not foreseen.",
            "schedule");

    static final Description SCHEDULE_RUNNING =
            Description.gauge("holdfast_schedule_running", "1 or 0", "Whether a run is under way.", "schedule");

    static final Description SCHEDULE_PENDING = Description.gauge(
            "holdfast_schedule_pending_runs", "runs", "Runs that wait behind the present one.", "schedule");

    static final Description SCHEDULE_PAUSED = Description.gauge(
            "holdfast_schedule_paused",
            "1 or 0",
            "Whether it is paused, by hand or after too many failures.",
            "schedule");

    static final Description SCHEDULE_FAILURES = Description.gauge(
            "holdfast_schedule_failures_in_a_row",
            "runs",
            "Runs that failed since the last that succeeded.",
            "schedule");

    static final Description SCHEDULE_RUNS = Description.counter(
            "holdfast_schedule_runs_total",
            "attempts",
            "Attempts that ended, and due times that were left out. result: success, failed, timeout, stopped,"
                    + " unknown, skipped, missed. Kept across daemons.",
            "schedule",
            "result");

    static final Description SCHEDULE_SKIPS = Description.counter(
            "holdfast_schedule_overlap_skips_total",
            "due times",
            "Due times that were left out while an earlier run was under way or waited. Kept across daemons.",
            "schedule");

    static final Description QUEUE_JOBS = Description.gauge(
            "holdfast_queue_jobs",
            "jobs",
            "Jobs of the queue, on all hosts. state: waiting (delayed among them), delayed, running, failed (kept).",
            "queue",
            "state");

    static final Description QUEUE_AGE = Description.gauge(
            "holdfast_queue_oldest_age_seconds",
            "seconds",
            "How long what could run has waited at most; 0 when nothing waits.",
            "queue");

    static final Description QUEUE_RATE = Description.gauge(
            "holdfast_queue_attempts_per_second",
            "attempts per second",
            "Attempts that ended on all hosts, mean of the queue's window.",
            "queue");

    static final Description QUEUE_ATTEMPTS = Description.counter(
            "holdfast_queue_attempts_total",
            "attempts",
            "Attempts that ended on this host. class: success, or the kind of failure such as timeout, oom, process."
                    + " Kept across daemons.",
            "queue",
            "class");

    static final Description QUEUE_DURATION = Description.histogram(
            "holdfast_queue_attempt_duration_seconds",
            "seconds",
            "How long attempts took on this host. Of this daemon's life.",
            "queue");

    static final Description QUEUE_BUSY =
            Description.gauge("holdfast_queue_busy", "jobs", "Jobs that this host runs now.", "queue");

    static final Description QUEUE_CONCURRENCY = Description.gauge(
            "holdfast_queue_concurrency", "jobs", "Jobs that this host runs at once at most.", "queue");

    static final Description QUEUE_PAUSED = Description.gauge(
            "holdfast_queue_open",
            "1 or 0",
            "Whether the queue runs and accepts jobs: 0 when it is paused, drained or disabled.",
            "queue");

    static final Description QUEUE_STORE = Description.gauge(
            "holdfast_queue_store_up",
            "1 or 0",
            "Whether the store of the queues answered this scrape within two seconds. Without an answer the figures of"
                    + " jobs are missing.");

    private OfWork() {}
}
