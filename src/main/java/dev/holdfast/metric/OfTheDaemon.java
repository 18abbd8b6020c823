package dev.holdfast.metric;

/** What is measured of the daemon itself, its API, its logs and the collector that it tells. */
final class OfTheDaemon {
    static final Description RATE_LIMIT = Description.counter(
            "holdfast_api_rate_limit_requests_total",
            "requests",
            "Requests that the rate limit judged. allowed: true, false. Of this daemon's life.",
            "allowed");

    static final Description RATE_LIMIT_ERRORS = Description.counter(
            "holdfast_api_rate_limit_errors_total",
            "requests",
            "Requests that were let through because the rate limit itself failed. Of this daemon's life.");

    static final Description AUTHENTICATION_FAILURES = Description.counter(
            "holdfast_api_authentication_failures_total",
            "requests",
            "Requests over TCP that were refused for want of a token. reason: missing, wrong, guessing (one that is none,"
                    + " after too many of them from the same address). Of this daemon's life.",
            "reason");

    static final Description LOG_OUTPUT_DROPPED = Description.counter(
            "holdfast_log_output_dropped_lines_total",
            "lines",
            "Lines that an output of global.logging.outputs did not get because it was too slow; console is the daemon's own"
                    + " standard output where there are none. Log files have them. Of this daemon's life.",
            "output");

    static final Description LOG_BYTES = Description.counter(
            "holdfast_log_bytes_total",
            "bytes",
            "Output that was read from its programs. Of this daemon's life.",
            "process");

    static final Description LOG_LINES = Description.counter(
            "holdfast_log_lines_total",
            "lines",
            "Lines of that output as they were written; of raw logs that nobody listens to they are not counted. Of"
                    + " this daemon's life.",
            "process");

    static final Description LOG_DROPPED = Description.counter(
            "holdfast_log_dropped_bytes_total",
            "bytes",
            "Output that its log file could not take. Of this daemon's life.",
            "process");

    static final Description OTLP_UP = Description.gauge(
            "holdfast_otlp_up",
            "1 or 0",
            "Whether the collector of global.otlp took what it was told last. signal: metrics, traces. Missing without one.",
            "signal");

    static final Description OTLP_REQUESTS = Description.counter(
            "holdfast_otlp_requests_total",
            "requests",
            "Requests to that collector. signal: metrics, traces; result: success, failure. Of this daemon's life.",
            "signal",
            "result");

    static final Description OTLP_DROPPED = Description.counter(
            "holdfast_otlp_dropped_items_total",
            "items",
            "Spans and data points that it refused or rejected, and spans that newer ones pushed out while they waited."
                    + " signal: metrics, traces. Of this daemon's life.",
            "signal");

    static final Description OTLP_WAITING =
            Description.gauge("holdfast_otlp_spans_waiting", "spans", "Spans that are not told yet, 2,048 at most.");

    static final Description DEGRADED = Description.gauge(
            "holdfast_degraded_guarantee",
            "1",
            "A guarantee that is weaker here than promised; holdfast doctor says why. Missing when none is.",
            "guarantee");

    static final Description DEGRADED_COUNT = Description.gauge(
            "holdfast_degraded_guarantees", "guarantees", "How many guarantees are weaker here than promised.");

    static final Description BUILD =
            Description.gauge("holdfast_build_info", "1", "Which version runs, on which Java.", "version", "java");

    static final Description DAEMON_START = Description.gauge(
            "holdfast_daemon_start_time_seconds", "seconds since 1970", "When this daemon was started.");

    static final Description DAEMON_CPU = Description.counter(
            "holdfast_daemon_cpu_seconds_total",
            "seconds",
            "User and system time of the daemon itself. Of this daemon's life.");

    static final Description DAEMON_MEMORY = Description.gauge(
            "holdfast_daemon_memory_bytes",
            "bytes",
            "Memory of the daemon itself. type: rss, pss (read at most once a minute), swap.",
            "type");

    static final Description DAEMON_FDS =
            Description.gauge("holdfast_daemon_fds_open", "descriptors", "Descriptors that the daemon has open.");

    static final Description DAEMON_THREADS =
            Description.gauge("holdfast_daemon_threads", "threads", "Threads of the daemon.");

    static final Description LOOP_LAG = Description.histogram(
            "holdfast_loop_lag_seconds",
            "seconds",
            "How late what was due ran, and how long one turn took, for which all else waited. Of this daemon's life.");

    static final Description HISTORY_SERIES = Description.gauge(
            "holdfast_history_subjects", "subjects", "Processes, and the host, whose history is kept.");

    static final Description HISTORY_OMITTED = Description.gauge(
            "holdfast_history_omitted_subjects",
            "subjects",
            "Subjects whose history is not kept because there are too many.");

    static final Description SCRAPE_SECONDS = Description.gauge(
            "holdfast_scrape_seconds", "seconds", "How long it took to gather the figures of this scrape.");

    static final Description OMITTED = Description.gauge(
            "holdfast_metrics_omitted_series",
            "series",
            "Series of this scrape that were left out because their metric had 20,000.");

    private OfTheDaemon() {}
}
