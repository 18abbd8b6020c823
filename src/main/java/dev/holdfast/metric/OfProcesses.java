package dev.holdfast.metric;

/** What is measured of processes: their state, what they use and may use, how many there are, and their breakers. */
final class OfProcesses {
    static final Description PROCESS_UP = Description.gauge(
            "holdfast_process_up",
            "1 or 0",
            "Whether the replica is up: it runs, and its check, if it has one, says it is ready and well.",
            "process",
            "replica");

    static final Description PROCESS_WANTED = Description.gauge(
            "holdfast_process_wanted",
            "1 or 0",
            "Whether the replica shall run: 0 when it was stopped by hand, has completed or is disabled.",
            "process",
            "replica");

    static final Description PROCESS_GIVEN_UP = Description.gauge(
            "holdfast_process_given_up",
            "1 or 0",
            "Whether the replica has failed too often and is not started again by itself.",
            "process",
            "replica");

    static final Description PROCESS_START_TIME = Description.gauge(
            "holdfast_process_start_time_seconds",
            "seconds since 1970",
            "When its first process was started.",
            "process",
            "replica");

    static final Description PROCESS_RESTARTS = Description.counter(
            "holdfast_process_restarts_total",
            "restarts",
            "Restarts after an end, a failed check or a limit, and planned ones. Kept across daemons.",
            "process",
            "replica");

    static final Description PROCESS_LAST_EXIT = Description.gauge(
            "holdfast_process_last_exit_code",
            "exit code",
            "How it ended last: its exit code, or 128 and the signal. Missing when it never ended or nobody knows how.",
            "process",
            "replica");

    static final Description PROCESS_OOM_KILLS = Description.counter(
            "holdfast_process_oom_kills_total",
            "processes",
            "Processes of it that were killed for want of memory, by its own limit or the host's, known when the"
                    + " instance has ended. Kept across daemons.",
            "process",
            "replica");

    static final Description PROCESS_CPU = Description.counter(
            "holdfast_process_cpu_seconds_total",
            "seconds",
            "User and system time of all its processes, ended ones as far as they were seen. Kept across daemons.",
            "process",
            "replica");

    static final Description PROCESS_MEMORY = Description.gauge(
            "holdfast_process_memory_bytes",
            "bytes",
            "Memory of its processes together. type: rss (shared pages count for each), pss (shared pages count once;"
                    + " read from each process at most once a minute, at most 100 at a scrape and in 25 ms), vsz, swap,"
                    + " and where it has a group of its own, group (page cache included) and working_set (without the file cache"
                    + " that nobody has used lately: what counts towards its limit in earnest).",
            "process",
            "replica",
            "type");

    static final Description PROCESS_IO_READ = Description.counter(
            "holdfast_process_io_read_bytes_total",
            "bytes",
            "Read from disks by its processes, as /proc/PID/io counts it at each scrape. Kept across daemons.",
            "process",
            "replica");

    static final Description PROCESS_IO_WRITE = Description.counter(
            "holdfast_process_io_write_bytes_total",
            "bytes",
            "Written towards disks by its processes, as /proc/PID/io counts it at each scrape. Kept across daemons.",
            "process",
            "replica");

    static final Description PROCESS_FDS = Description.gauge(
            "holdfast_process_fds_open",
            "descriptors",
            "Descriptors that its processes have open. Missing where we may not see them.",
            "process",
            "replica");

    static final Description PROCESS_THREADS =
            Description.gauge("holdfast_process_threads", "threads", "Threads of its processes.", "process", "replica");

    static final Description PROCESS_PROCESSES = Description.gauge(
            "holdfast_process_processes", "processes", "Processes that it consists of now.", "process", "replica");

    static final Description PROCESS_HEALTHY = Description.gauge(
            "holdfast_process_healthy",
            "1 or 0",
            "What its health check says. Missing without one, or while it does not run.",
            "process",
            "replica");

    static final Description PROCESS_CHECK_DURATION = Description.gauge(
            "holdfast_process_check_duration_seconds",
            "seconds",
            "How long the last health check took.",
            "process",
            "replica");

    static final Description PROCESS_CHECKS = Description.counter(
            "holdfast_process_checks_total",
            "checks",
            "Health checks that were asked. result: success, failure. Of this daemon's life.",
            "process",
            "replica",
            "result");

    static final Description SCALE_REPLICAS = Description.gauge(
            "holdfast_scale_replicas",
            "replicas",
            "How many replicas there are to be now of a process with a scale.",
            "process");

    static final Description SCALE_WANTED = Description.gauge(
            "holdfast_scale_wanted_replicas",
            "replicas",
            "How many the figure that it follows asks for, within min and max. Missing while that is not known.",
            "process");

    static final Description SCALE_BOUND = Description.gauge(
            "holdfast_scale_bound_replicas",
            "replicas",
            "Between how many it moves. bound: min, max.",
            "process",
            "bound");

    static final Description SCALE_FIGURE = Description.gauge(
            "holdfast_scale_figure",
            "as its probe, jobs, share or seconds",
            "What it follows: jobs or the probe's number; of processors a share, 1 being one, or the whole limit; of"
                    + " latency seconds. Missing while that is not known.",
            "process");

    static final Description SCALE_REASON = Description.gauge(
            "holdfast_scale_reason",
            "1",
            "Why there are not more or fewer. reason: as_wanted, max, up_cooldown, down_cooldown, moving, ill,"
                    + " no_figure, memory, by_hand, stopped.",
            "process",
            "reason");

    static final Description SCALE_CHANGES = Description.counter(
            "holdfast_scale_changes_total",
            "changes",
            "How often the number followed. direction: up, down. Of this daemon's life.",
            "process",
            "direction");

    static final Description LIMIT_CPU = Description.gauge(
            "holdfast_resource_limit_cpu_cores",
            "cores",
            "Processor time that each replica may use. Missing without a limit.",
            "process");

    static final Description LIMIT_MEMORY = Description.gauge(
            "holdfast_resource_limit_memory_bytes",
            "bytes",
            "Memory that each replica may use. Missing without a limit.",
            "process");

    static final Description LIMIT_PIDS = Description.gauge(
            "holdfast_resource_limit_pids",
            "processes and threads",
            "Processes and threads that each replica may have. Missing without a limit.",
            "process");

    static final Description BREAKER_STATE = Description.gauge(
            "holdfast_circuit_breaker_state",
            "0 closed, 1 half-open, 2 open",
            "The breaker over restarts by a failing check. name: process/replica.",
            "name");

    static final Description BREAKER_FAILURES = Description.counter(
            "holdfast_circuit_breaker_failures_total",
            "failures",
            "Times that the check behind the breaker found the replica unhealthy. Kept across daemons.",
            "name");

    private OfProcesses() {}
}
