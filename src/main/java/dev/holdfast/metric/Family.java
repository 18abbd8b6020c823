package dev.holdfast.metric;

import java.util.List;

/** All metrics there are: docs/metrics.md is made of them, rules and dashboard are checked against them. */
public enum Family {
    PROCESS_UP(OfProcesses.PROCESS_UP),
    PROCESS_WANTED(OfProcesses.PROCESS_WANTED),
    PROCESS_GIVEN_UP(OfProcesses.PROCESS_GIVEN_UP),
    PROCESS_START_TIME(OfProcesses.PROCESS_START_TIME),
    PROCESS_RESTARTS(OfProcesses.PROCESS_RESTARTS),
    PROCESS_LAST_EXIT(OfProcesses.PROCESS_LAST_EXIT),
    PROCESS_OOM_KILLS(OfProcesses.PROCESS_OOM_KILLS),
    PROCESS_CPU(OfProcesses.PROCESS_CPU),
    PROCESS_MEMORY(OfProcesses.PROCESS_MEMORY),
    PROCESS_IO_READ(OfProcesses.PROCESS_IO_READ),
    PROCESS_IO_WRITE(OfProcesses.PROCESS_IO_WRITE),
    PROCESS_FDS(OfProcesses.PROCESS_FDS),
    PROCESS_THREADS(OfProcesses.PROCESS_THREADS),
    PROCESS_PROCESSES(OfProcesses.PROCESS_PROCESSES),
    PROCESS_HEALTHY(OfProcesses.PROCESS_HEALTHY),
    PROCESS_CHECK_DURATION(OfProcesses.PROCESS_CHECK_DURATION),
    PROCESS_CHECKS(OfProcesses.PROCESS_CHECKS),
    SCALE_REPLICAS(OfProcesses.SCALE_REPLICAS),
    SCALE_WANTED(OfProcesses.SCALE_WANTED),
    SCALE_BOUND(OfProcesses.SCALE_BOUND),
    SCALE_FIGURE(OfProcesses.SCALE_FIGURE),
    SCALE_REASON(OfProcesses.SCALE_REASON),
    SCALE_CHANGES(OfProcesses.SCALE_CHANGES),
    LIMIT_CPU(OfProcesses.LIMIT_CPU),
    LIMIT_MEMORY(OfProcesses.LIMIT_MEMORY),
    LIMIT_PIDS(OfProcesses.LIMIT_PIDS),
    BREAKER_STATE(OfProcesses.BREAKER_STATE),
    BREAKER_FAILURES(OfProcesses.BREAKER_FAILURES),
    RATE_LIMIT(OfTheDaemon.RATE_LIMIT),
    RATE_LIMIT_ERRORS(OfTheDaemon.RATE_LIMIT_ERRORS),
    AUTHENTICATION_FAILURES(OfTheDaemon.AUTHENTICATION_FAILURES),
    SCHEDULE_LAST_DURATION(OfWork.SCHEDULE_LAST_DURATION),
    SCHEDULE_LAST_SUCCESS(OfWork.SCHEDULE_LAST_SUCCESS),
    SCHEDULE_LAST_START(OfWork.SCHEDULE_LAST_START),
    SCHEDULE_LAST_END(OfWork.SCHEDULE_LAST_END),
    SCHEDULE_LATENESS(OfWork.SCHEDULE_LATENESS),
    SCHEDULE_NEXT(OfWork.SCHEDULE_NEXT),
    SCHEDULE_RUNNING(OfWork.SCHEDULE_RUNNING),
    SCHEDULE_PENDING(OfWork.SCHEDULE_PENDING),
    SCHEDULE_PAUSED(OfWork.SCHEDULE_PAUSED),
    SCHEDULE_FAILURES(OfWork.SCHEDULE_FAILURES),
    SCHEDULE_RUNS(OfWork.SCHEDULE_RUNS),
    SCHEDULE_SKIPS(OfWork.SCHEDULE_SKIPS),
    QUEUE_JOBS(OfWork.QUEUE_JOBS),
    QUEUE_AGE(OfWork.QUEUE_AGE),
    QUEUE_RATE(OfWork.QUEUE_RATE),
    QUEUE_ATTEMPTS(OfWork.QUEUE_ATTEMPTS),
    QUEUE_DURATION(OfWork.QUEUE_DURATION),
    QUEUE_BUSY(OfWork.QUEUE_BUSY),
    QUEUE_CONCURRENCY(OfWork.QUEUE_CONCURRENCY),
    QUEUE_PAUSED(OfWork.QUEUE_PAUSED),
    QUEUE_STORE(OfWork.QUEUE_STORE),
    GUARD_KILLS(OfTheHost.GUARD_KILLS),
    GUARD_FINDINGS(OfTheHost.GUARD_FINDINGS),
    GUARD_SAMPLES(OfTheHost.GUARD_SAMPLES),
    GUARD_SECONDS(OfTheHost.GUARD_SECONDS),
    GUARD_SEEN(OfTheHost.GUARD_SEEN),
    HOST_CPU(OfTheHost.HOST_CPU),
    HOST_CORES(OfTheHost.HOST_CORES),
    HOST_LOAD(OfTheHost.HOST_LOAD),
    HOST_MEMORY(OfTheHost.HOST_MEMORY),
    HOST_FILES(OfTheHost.HOST_FILES),
    HOST_PRESSURE(OfTheHost.HOST_PRESSURE),
    HOST_WATCH(OfTheHost.HOST_WATCH),
    PROBE_UP(OfTheHost.PROBE_UP),
    PROBE_DURATION(OfTheHost.PROBE_DURATION),
    PROBE_SEVERITY(OfTheHost.PROBE_SEVERITY),
    AUDIT_FINDINGS(OfTheHost.AUDIT_FINDINGS),
    ALERTS_OPEN(OfTheHost.ALERTS_OPEN),
    ALERTS_WAITING(OfTheHost.ALERTS_WAITING),
    ALERTS_SILENCES(OfTheHost.ALERTS_SILENCES),
    ALERTS_SENT(OfTheHost.ALERTS_SENT),
    LOG_BYTES(OfTheDaemon.LOG_BYTES),
    LOG_LINES(OfTheDaemon.LOG_LINES),
    LOG_DROPPED(OfTheDaemon.LOG_DROPPED),
    LOG_OUTPUT_DROPPED(OfTheDaemon.LOG_OUTPUT_DROPPED),
    OTLP_UP(OfTheDaemon.OTLP_UP),
    OTLP_REQUESTS(OfTheDaemon.OTLP_REQUESTS),
    OTLP_DROPPED(OfTheDaemon.OTLP_DROPPED),
    OTLP_WAITING(OfTheDaemon.OTLP_WAITING),
    DEGRADED(OfTheDaemon.DEGRADED),
    DEGRADED_COUNT(OfTheDaemon.DEGRADED_COUNT),
    BUILD(OfTheDaemon.BUILD),
    DAEMON_START(OfTheDaemon.DAEMON_START),
    DAEMON_CPU(OfTheDaemon.DAEMON_CPU),
    DAEMON_MEMORY(OfTheDaemon.DAEMON_MEMORY),
    DAEMON_FDS(OfTheDaemon.DAEMON_FDS),
    DAEMON_THREADS(OfTheDaemon.DAEMON_THREADS),
    LOOP_LAG(OfTheDaemon.LOOP_LAG),
    HISTORY_SERIES(OfTheDaemon.HISTORY_SERIES),
    HISTORY_OMITTED(OfTheDaemon.HISTORY_OMITTED),
    SCRAPE_SECONDS(OfTheDaemon.SCRAPE_SECONDS),
    OMITTED(OfTheDaemon.OMITTED);

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

    @SuppressWarnings("ImmutableEnumChecker") // its list is one of List.of
    private final Description of;

    Family(Description of) {
        this.of = of;
    }

    public Kind kind() {
        return of.kind();
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
        return of.written();
    }

    /** In words, such as {@code bytes}. */
    public String unit() {
        return of.unit();
    }

    public String help() {
        return of.help();
    }

    /** Their names, in the order in which {@link Sheet#put} takes their values. */
    public List<String> labels() {
        return of.labels();
    }
}
