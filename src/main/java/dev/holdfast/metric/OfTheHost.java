package dev.holdfast.metric;

/** What is measured of the host: itself, what the guard, probes and audits see of it, and its alerts. */
final class OfTheHost {
    static final Description GUARD_KILLS = Description.counter(
            "holdfast_guard_kills_total",
            "kills",
            "Processes that the guard's rule has ended. Kept across daemons.",
            "rule");

    static final Description GUARD_FINDINGS = Description.counter(
            "holdfast_guard_findings_total",
            "findings",
            "What became of what a rule saw. kind: fired, spared, held_back, cleared, ended, escalated, stays,"
                    + " refused. Kept across daemons.",
            "rule",
            "kind");

    static final Description GUARD_SAMPLES = Description.counter(
            "holdfast_guard_samples_total", "looks", "Looks at all processes of the host. Of this daemon's life.");

    static final Description GUARD_SECONDS = Description.counter(
            "holdfast_guard_sampling_seconds_total", "seconds", "Time that these looks took. Of this daemon's life.");

    static final Description GUARD_SEEN = Description.gauge(
            "holdfast_guard_processes", "processes", "Processes of the host at the guard's last look.");

    static final Description HOST_CPU = Description.counter(
            "holdfast_host_cpu_seconds_total",
            "seconds",
            "Time of all processors since the boot. mode: busy, idle.",
            "mode");

    static final Description HOST_CORES =
            Description.gauge("holdfast_host_cpu_cores", "cores", "Processors that are online.");

    static final Description HOST_LOAD =
            Description.gauge("holdfast_host_load1", "tasks", "Tasks that run or wait, mean of the last minute.");

    static final Description HOST_MEMORY = Description.gauge(
            "holdfast_host_memory_bytes",
            "bytes",
            "Memory of the host. type: total, available, swap_total, swap_free.",
            "type");

    static final Description HOST_FILES =
            Description.gauge("holdfast_host_open_files", "files", "Open files of the host. type: used, most.", "type");

    static final Description HOST_PRESSURE = Description.counter(
            "holdfast_host_pressure_seconds_total",
            "seconds",
            "Time in which tasks stalled, since the boot. resource: cpu, memory, io; kind: some, full. Missing where"
                    + " the kernel does not tell.",
            "resource",
            "kind");

    static final Description HOST_WATCH = Description.gauge(
            "holdfast_host_watch_severity", "0 well, 1 warning, 2 critical", "The thresholds of host:.", "watch");

    static final Description PROBE_UP = Description.gauge(
            "holdfast_probe_up", "1 or 0", "Whether the probe of probes: got the wanted answer.", "probe");

    static final Description PROBE_DURATION = Description.gauge(
            "holdfast_probe_duration_seconds", "seconds", "How long its answer took, where it tells.", "probe");

    static final Description PROBE_SEVERITY = Description.gauge(
            "holdfast_probe_severity", "0 well, 1 warning, 2 critical", "What the probe has raised.", "probe");

    static final Description AUDIT_FINDINGS = Description.gauge(
            "holdfast_audit_findings",
            "findings",
            "What the last audit of the host's configuration has found. severity: note, warning, critical. Missing until"
                    + " the first one has ended.",
            "severity");

    static final Description ALERTS_OPEN = Description.gauge(
            "holdfast_alerts_open", "alerts", "Alerts that last. severity: warning, critical.", "severity");

    static final Description ALERTS_WAITING =
            Description.gauge("holdfast_alerts_undelivered", "messages", "Messages that are not delivered yet.");

    static final Description ALERTS_SILENCES =
            Description.gauge("holdfast_alerts_silences", "silences", "Silences that hold.");

    static final Description ALERTS_SENT = Description.counter(
            "holdfast_alerts_deliveries_total",
            "tries",
            "Tries to deliver a message. result: success, failure. Of this daemon's life.",
            "channel",
            "result");

    private OfTheHost() {}
}
