package dev.holdfast.metric;

import java.util.List;

/** All metrics there are: docs/metrics.md is made of them, rules and dashboard are checked against them. */
public enum Family {
    PROCESS_UP(
            Kind.GAUGE,
            "holdfast_process_up",
            "1 or 0",
            "Whether the replica is up: it runs, and its check, if it has one, says it is ready and well.",
            "process",
            "replica"),
    PROCESS_WANTED(
            Kind.GAUGE,
            "holdfast_process_wanted",
            "1 or 0",
            "Whether the replica shall run: 0 when it was stopped by hand, has completed or is disabled.",
            "process",
            "replica"),
    PROCESS_GIVEN_UP(
            Kind.GAUGE,
            "holdfast_process_given_up",
            "1 or 0",
            "Whether the replica has failed too often and is not started again by itself.",
            "process",
            "replica"),
    PROCESS_START_TIME(
            Kind.GAUGE,
            "holdfast_process_start_time_seconds",
            "seconds since 1970",
            "When its first process was started.",
            "process",
            "replica"),
    PROCESS_RESTARTS(
            Kind.COUNTER,
            "holdfast_process_restarts_total",
            "restarts",
            "Restarts after an end, a failed check or a limit, and planned ones. Kept across daemons.",
            "process",
            "replica"),
    PROCESS_LAST_EXIT(
            Kind.GAUGE,
            "holdfast_process_last_exit_code",
            "exit code",
            "How it ended last: its exit code, or 128 and the signal. Missing when it never ended or nobody knows how.",
            "process",
            "replica"),
    PROCESS_OOM_KILLS(
            Kind.COUNTER,
            "holdfast_process_oom_kills_total",
            "processes",
            "Processes of it that were killed for want of memory, by its own limit or the host's, known when the"
                    + " instance has ended. Kept across daemons.",
            "process",
            "replica"),
    PROCESS_CPU(
            Kind.COUNTER,
            "holdfast_process_cpu_seconds_total",
            "seconds",
            "User and system time of all its processes, ended ones as far as they were seen. Kept across daemons.",
            "process",
            "replica"),
    PROCESS_MEMORY(
            Kind.GAUGE,
            "holdfast_process_memory_bytes",
            "bytes",
            "Memory of its processes together. type: rss (shared pages count for each), pss (shared pages count once;"
                    + " read from each process at most once a minute, at most 100 at a scrape and in 25 ms), vsz, swap,"
                    + " and where it has a group of its own, group (page cache included) and working_set (without the file cache"
                    + " that nobody has used lately: what counts towards its limit in earnest).",
            "process",
            "replica",
            "type"),
    PROCESS_IO_READ(
            Kind.COUNTER,
            "holdfast_process_io_read_bytes_total",
            "bytes",
            "Read from disks by its processes, as /proc/PID/io counts it at each scrape. Kept across daemons.",
            "process",
            "replica"),
    PROCESS_IO_WRITE(
            Kind.COUNTER,
            "holdfast_process_io_write_bytes_total",
            "bytes",
            "Written towards disks by its processes, as /proc/PID/io counts it at each scrape. Kept across daemons.",
            "process",
            "replica"),
    PROCESS_FDS(
            Kind.GAUGE,
            "holdfast_process_fds_open",
            "descriptors",
            "Descriptors that its processes have open. Missing where we may not see them.",
            "process",
            "replica"),
    PROCESS_THREADS(
            Kind.GAUGE, "holdfast_process_threads", "threads", "Threads of its processes.", "process", "replica"),
    PROCESS_PROCESSES(
            Kind.GAUGE,
            "holdfast_process_processes",
            "processes",
            "Processes that it consists of now.",
            "process",
            "replica"),
    PROCESS_HEALTHY(
            Kind.GAUGE,
            "holdfast_process_healthy",
            "1 or 0",
            "What its health check says. Missing without one, or while it does not run.",
            "process",
            "replica"),
    PROCESS_CHECK_DURATION(
            Kind.GAUGE,
            "holdfast_process_check_duration_seconds",
            "seconds",
            "How long the last health check took.",
            "process",
            "replica"),
    PROCESS_CHECKS(
            Kind.COUNTER,
            "holdfast_process_checks_total",
            "checks",
            "Health checks that were asked. result: success, failure. Of this daemon's life.",
            "process",
            "replica",
            "result"),
    SCALE_REPLICAS(
            Kind.GAUGE,
            "holdfast_scale_replicas",
            "replicas",
            "How many replicas there are to be now of a process with a scale.",
            "process"),
    SCALE_WANTED(
            Kind.GAUGE,
            "holdfast_scale_wanted_replicas",
            "replicas",
            "How many the figure that it follows asks for, within min and max. Missing while that is not known.",
            "process"),
    SCALE_BOUND(
            Kind.GAUGE,
            "holdfast_scale_bound_replicas",
            "replicas",
            "Between how many it moves. bound: min, max.",
            "process",
            "bound"),
    SCALE_FIGURE(
            Kind.GAUGE,
            "holdfast_scale_figure",
            "as its probe, jobs, share or seconds",
            "What it follows: jobs or the probe's number; of processors a share, 1 being one, or the whole limit; of"
                    + " latency seconds. Missing while that is not known.",
            "process"),
    SCALE_REASON(
            Kind.GAUGE,
            "holdfast_scale_reason",
            "1",
            "Why there are not more or fewer. reason: as_wanted, max, up_cooldown, down_cooldown, moving, ill,"
                    + " no_figure, memory, by_hand, stopped.",
            "process",
            "reason"),
    SCALE_CHANGES(
            Kind.COUNTER,
            "holdfast_scale_changes_total",
            "changes",
            "How often the number followed. direction: up, down. Of this daemon's life.",
            "process",
            "direction"),
    LIMIT_CPU(
            Kind.GAUGE,
            "holdfast_resource_limit_cpu_cores",
            "cores",
            "Processor time that each replica may use. Missing without a limit.",
            "process"),
    LIMIT_MEMORY(
            Kind.GAUGE,
            "holdfast_resource_limit_memory_bytes",
            "bytes",
            "Memory that each replica may use. Missing without a limit.",
            "process"),
    LIMIT_PIDS(
            Kind.GAUGE,
            "holdfast_resource_limit_pids",
            "processes and threads",
            "Processes and threads that each replica may have. Missing without a limit.",
            "process"),
    BREAKER_STATE(
            Kind.GAUGE,
            "holdfast_circuit_breaker_state",
            "0 closed, 1 half-open, 2 open",
            "The breaker over restarts by a failing check. name: process/replica.",
            "name"),
    BREAKER_FAILURES(
            Kind.COUNTER,
            "holdfast_circuit_breaker_failures_total",
            "failures",
            "Times that the check behind the breaker found the replica unhealthy. Kept across daemons.",
            "name"),
    RATE_LIMIT(
            Kind.COUNTER,
            "holdfast_api_rate_limit_requests_total",
            "requests",
            "Requests that the rate limit judged. allowed: true, false. Of this daemon's life.",
            "allowed"),
    RATE_LIMIT_ERRORS(
            Kind.COUNTER,
            "holdfast_api_rate_limit_errors_total",
            "requests",
            "Requests that were let through because the rate limit itself failed. Of this daemon's life."),
    SCHEDULE_LAST_DURATION(
            Kind.GAUGE,
            "holdfast_schedule_last_duration_seconds",
            "seconds",
            "How long the last attempt took.",
            "schedule"),
    SCHEDULE_LAST_SUCCESS(
            Kind.GAUGE, "holdfast_schedule_last_success", "1 or 0", "Whether the last attempt succeeded.", "schedule"),
    SCHEDULE_LAST_START(
            Kind.GAUGE,
            "holdfast_schedule_last_start_time_seconds",
            "seconds since 1970",
            "When the last attempt that ended was started.",
            "schedule"),
    SCHEDULE_LAST_END(
            Kind.GAUGE,
            "holdfast_schedule_last_end_time_seconds",
            "seconds since 1970",
            "When the last attempt ended.",
            "schedule"),
    SCHEDULE_LATENESS(
            Kind.GAUGE,
            "holdfast_schedule_lateness_seconds",
            "seconds",
            "How long after its due time the last run was started. Of this daemon's life.",
            "schedule"),
    SCHEDULE_NEXT(
            Kind.GAUGE,
            "holdfast_schedule_next_time_seconds",
            "seconds since 1970",
            "When it is due next. Missing when that is not foreseen.",
            "schedule"),
    SCHEDULE_RUNNING(Kind.GAUGE, "holdfast_schedule_running", "1 or 0", "Whether a run is under way.", "schedule"),
    SCHEDULE_PENDING(
            Kind.GAUGE, "holdfast_schedule_pending_runs", "runs", "Runs that wait behind the present one.", "schedule"),
    SCHEDULE_PAUSED(
            Kind.GAUGE,
            "holdfast_schedule_paused",
            "1 or 0",
            "Whether it is paused, by hand or after too many failures.",
            "schedule"),
    SCHEDULE_FAILURES(
            Kind.GAUGE,
            "holdfast_schedule_failures_in_a_row",
            "runs",
            "Runs that failed since the last that succeeded.",
            "schedule"),
    SCHEDULE_RUNS(
            Kind.COUNTER,
            "holdfast_schedule_runs_total",
            "attempts",
            "Attempts that ended, and due times that were left out. result: success, failed, timeout, stopped,"
                    + " unknown, skipped, missed. Kept across daemons.",
            "schedule",
            "result"),
    SCHEDULE_SKIPS(
            Kind.COUNTER,
            "holdfast_schedule_overlap_skips_total",
            "due times",
            "Due times that were left out while an earlier run was under way or waited. Kept across daemons.",
            "schedule"),
    QUEUE_JOBS(
            Kind.GAUGE,
            "holdfast_queue_jobs",
            "jobs",
            "Jobs of the queue, on all hosts. state: waiting (delayed among them), delayed, running, failed (kept).",
            "queue",
            "state"),
    QUEUE_AGE(
            Kind.GAUGE,
            "holdfast_queue_oldest_age_seconds",
            "seconds",
            "How long what could run has waited at most; 0 when nothing waits.",
            "queue"),
    QUEUE_RATE(
            Kind.GAUGE,
            "holdfast_queue_attempts_per_second",
            "attempts per second",
            "Attempts that ended on all hosts, mean of the queue's window.",
            "queue"),
    QUEUE_ATTEMPTS(
            Kind.COUNTER,
            "holdfast_queue_attempts_total",
            "attempts",
            "Attempts that ended on this host. class: success, or the kind of failure such as timeout, oom, process."
                    + " Kept across daemons.",
            "queue",
            "class"),
    QUEUE_DURATION(
            Kind.HISTOGRAM,
            "holdfast_queue_attempt_duration_seconds",
            "seconds",
            "How long attempts took on this host. Of this daemon's life.",
            "queue"),
    QUEUE_BUSY(Kind.GAUGE, "holdfast_queue_busy", "jobs", "Jobs that this host runs now.", "queue"),
    QUEUE_CONCURRENCY(
            Kind.GAUGE, "holdfast_queue_concurrency", "jobs", "Jobs that this host runs at once at most.", "queue"),
    QUEUE_PAUSED(
            Kind.GAUGE,
            "holdfast_queue_open",
            "1 or 0",
            "Whether the queue runs and accepts jobs: 0 when it is paused, drained or disabled.",
            "queue"),
    QUEUE_STORE(
            Kind.GAUGE,
            "holdfast_queue_store_up",
            "1 or 0",
            "Whether the store of the queues answered this scrape within two seconds. Without an answer the figures of"
                    + " jobs are missing."),
    GUARD_KILLS(
            Kind.COUNTER,
            "holdfast_guard_kills_total",
            "kills",
            "Processes that the guard's rule has ended. Kept across daemons.",
            "rule"),
    GUARD_FINDINGS(
            Kind.COUNTER,
            "holdfast_guard_findings_total",
            "findings",
            "What became of what a rule saw. kind: fired, spared, held_back, cleared, ended, escalated, stays,"
                    + " refused. Kept across daemons.",
            "rule",
            "kind"),
    GUARD_SAMPLES(
            Kind.COUNTER,
            "holdfast_guard_samples_total",
            "looks",
            "Looks at all processes of the host. Of this daemon's life."),
    GUARD_SECONDS(
            Kind.COUNTER,
            "holdfast_guard_sampling_seconds_total",
            "seconds",
            "Time that these looks took. Of this daemon's life."),
    GUARD_SEEN(Kind.GAUGE, "holdfast_guard_processes", "processes", "Processes of the host at the guard's last look."),
    HOST_CPU(
            Kind.COUNTER,
            "holdfast_host_cpu_seconds_total",
            "seconds",
            "Time of all processors since the boot. mode: busy, idle.",
            "mode"),
    HOST_CORES(Kind.GAUGE, "holdfast_host_cpu_cores", "cores", "Processors that are online."),
    HOST_LOAD(Kind.GAUGE, "holdfast_host_load1", "tasks", "Tasks that run or wait, mean of the last minute."),
    HOST_MEMORY(
            Kind.GAUGE,
            "holdfast_host_memory_bytes",
            "bytes",
            "Memory of the host. type: total, available, swap_total, swap_free.",
            "type"),
    HOST_FILES(Kind.GAUGE, "holdfast_host_open_files", "files", "Open files of the host. type: used, most.", "type"),
    HOST_PRESSURE(
            Kind.COUNTER,
            "holdfast_host_pressure_seconds_total",
            "seconds",
            "Time in which tasks stalled, since the boot. resource: cpu, memory, io; kind: some, full. Missing where"
                    + " the kernel does not tell.",
            "resource",
            "kind"),
    HOST_WATCH(
            Kind.GAUGE,
            "holdfast_host_watch_severity",
            "0 well, 1 warning, 2 critical",
            "The thresholds of host:.",
            "watch"),
    PROBE_UP(Kind.GAUGE, "holdfast_probe_up", "1 or 0", "Whether the probe of probes: got the wanted answer.", "probe"),
    PROBE_DURATION(
            Kind.GAUGE,
            "holdfast_probe_duration_seconds",
            "seconds",
            "How long its answer took, where it tells.",
            "probe"),
    PROBE_SEVERITY(
            Kind.GAUGE,
            "holdfast_probe_severity",
            "0 well, 1 warning, 2 critical",
            "What the probe has raised.",
            "probe"),
    AUDIT_FINDINGS(
            Kind.GAUGE,
            "holdfast_audit_findings",
            "findings",
            "What the last audit of the host's configuration has found. severity: note, warning, critical. Missing until"
                    + " the first one has ended.",
            "severity"),
    ALERTS_OPEN(
            Kind.GAUGE, "holdfast_alerts_open", "alerts", "Alerts that last. severity: warning, critical.", "severity"),
    ALERTS_WAITING(Kind.GAUGE, "holdfast_alerts_undelivered", "messages", "Messages that are not delivered yet."),
    ALERTS_SILENCES(Kind.GAUGE, "holdfast_alerts_silences", "silences", "Silences that hold."),
    ALERTS_SENT(
            Kind.COUNTER,
            "holdfast_alerts_deliveries_total",
            "tries",
            "Tries to deliver a message. result: success, failure. Of this daemon's life.",
            "channel",
            "result"),
    LOG_BYTES(
            Kind.COUNTER,
            "holdfast_log_bytes_total",
            "bytes",
            "Output that was read from its programs. Of this daemon's life.",
            "process"),
    LOG_LINES(
            Kind.COUNTER,
            "holdfast_log_lines_total",
            "lines",
            "Lines of that output as they were written; of raw logs that nobody listens to they are not counted. Of"
                    + " this daemon's life.",
            "process"),
    LOG_DROPPED(
            Kind.COUNTER,
            "holdfast_log_dropped_bytes_total",
            "bytes",
            "Output that its log file could not take. Of this daemon's life.",
            "process"),
    OTLP_UP(
            Kind.GAUGE,
            "holdfast_otlp_up",
            "1 or 0",
            "Whether the collector of global.otlp took what it was told last. signal: metrics, traces. Missing without one.",
            "signal"),
    OTLP_REQUESTS(
            Kind.COUNTER,
            "holdfast_otlp_requests_total",
            "requests",
            "Requests to that collector. signal: metrics, traces; result: success, failure. Of this daemon's life.",
            "signal",
            "result"),
    OTLP_DROPPED(
            Kind.COUNTER,
            "holdfast_otlp_dropped_items_total",
            "items",
            "Spans and data points that it refused or rejected, and spans that newer ones pushed out while they waited."
                    + " signal: metrics, traces. Of this daemon's life.",
            "signal"),
    OTLP_WAITING(Kind.GAUGE, "holdfast_otlp_spans_waiting", "spans", "Spans that are not told yet, 2,048 at most."),
    DEGRADED(
            Kind.GAUGE,
            "holdfast_degraded_guarantee",
            "1",
            "A guarantee that is weaker here than promised; holdfast doctor says why. Missing when none is.",
            "guarantee"),
    DEGRADED_COUNT(
            Kind.GAUGE,
            "holdfast_degraded_guarantees",
            "guarantees",
            "How many guarantees are weaker here than promised."),
    BUILD(Kind.GAUGE, "holdfast_build_info", "1", "Which version runs, on which Java.", "version", "java"),
    DAEMON_START(
            Kind.GAUGE, "holdfast_daemon_start_time_seconds", "seconds since 1970", "When this daemon was started."),
    DAEMON_CPU(
            Kind.COUNTER,
            "holdfast_daemon_cpu_seconds_total",
            "seconds",
            "User and system time of the daemon itself. Of this daemon's life."),
    DAEMON_MEMORY(
            Kind.GAUGE,
            "holdfast_daemon_memory_bytes",
            "bytes",
            "Memory of the daemon itself. type: rss, pss (read at most once a minute), swap.",
            "type"),
    DAEMON_FDS(Kind.GAUGE, "holdfast_daemon_fds_open", "descriptors", "Descriptors that the daemon has open."),
    DAEMON_THREADS(Kind.GAUGE, "holdfast_daemon_threads", "threads", "Threads of the daemon."),
    LOOP_LAG(
            Kind.HISTOGRAM,
            "holdfast_loop_lag_seconds",
            "seconds",
            "How late what was due ran, and how long one turn took, for which all else waited. Of this daemon's life."),
    HISTORY_SERIES(
            Kind.GAUGE, "holdfast_history_subjects", "subjects", "Processes, and the host, whose history is kept."),
    HISTORY_OMITTED(
            Kind.GAUGE,
            "holdfast_history_omitted_subjects",
            "subjects",
            "Subjects whose history is not kept because there are too many."),
    SCRAPE_SECONDS(
            Kind.GAUGE, "holdfast_scrape_seconds", "seconds", "How long it took to gather the figures of this scrape."),
    OMITTED(
            Kind.GAUGE,
            "holdfast_metrics_omitted_series",
            "series",
            "Series of this scrape that were left out because their metric had 20,000.");

    /** Since when a counter counts. */
    public enum Since {
        /** The start of this daemon. */
        DAEMON,
        /** It outlives daemons. */
        KEPT,
        /** The host's boot. */
        BOOT
    }

    /** What a value is. */
    public enum Kind {
        /** It only grows; a daemon's restart or the host's boot may begin it anew. */
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    private final Kind kind;
    private final String written;
    private final String unit;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<String> labels;

    Family(Kind kind, String written, String unit, String help, String... labels) {
        this.kind = kind;
        this.written = written;
        this.unit = unit;
        this.help = help;
        this.labels = List.of(labels);
    }

    public Kind kind() {
        return kind;
    }

    /** Of a counter or histogram. */
    public Since since() {
        return switch (this) {
            case PROCESS_RESTARTS,
                    PROCESS_OOM_KILLS,
                    PROCESS_CPU,
                    PROCESS_IO_READ,
                    PROCESS_IO_WRITE,
                    BREAKER_FAILURES,
                    SCHEDULE_RUNS,
                    SCHEDULE_SKIPS,
                    QUEUE_ATTEMPTS,
                    GUARD_KILLS,
                    GUARD_FINDINGS -> Since.KEPT;
            case HOST_CPU, HOST_PRESSURE -> Since.BOOT;
            default -> Since.DAEMON;
        };
    }

    /** Its name as Prometheus shows it, such as {@code holdfast_process_up}. */
    public String written() {
        return written;
    }

    /** In words, such as {@code bytes}. */
    public String unit() {
        return unit;
    }

    public String help() {
        return help;
    }

    /** Their names, in the order in which {@link Sheet#put} takes their values. */
    public List<String> labels() {
        return labels;
    }
}
