package dev.holdfast.imports;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** cbox-init's {@code global}: what holds for all processes, and for the daemon. */
final class CboxDefaults {
    final String policy;
    final @Nullable Integer attempts;
    final @Nullable String delay;
    final @Nullable String longest;
    final @Nullable String stable;

    CboxDefaults(@Nullable Fields f, Entry head, String file) {
        if (f == null) {
            policy = "always";
            attempts = null;
            delay = null;
            longest = null;
            stable = null;
            return;
        }
        Integer shutdown = f.number("shutdown_timeout", 1, 999_999_999);
        if (shutdown != null) {
            head.put("global.shutdown_timeout", Amounts.seconds(shutdown));
        }
        String named = f.text("restart_policy");
        policy = named != null && List.of("always", "on-failure", "never").contains(named) ? named : "always";
        if (named != null && !named.equals(policy)) {
            f.remark("restart_policy", named, "is none; always in its place");
        }
        attempts = f.nearest("max_restart_attempts", 0, Amounts.MOST_RESTARTS);
        Integer plain = f.number("restart_backoff", 1, 999_999_999);
        String first = duration(f, "restart_backoff_initial");
        delay = first != null ? first : plain == null ? null : Amounts.seconds(plain);
        String most = duration(f, "restart_backoff_max");
        longest = most != null ? most : plain == null ? null : Amounts.seconds(plain * 12L);
        stable = duration(f, "restart_stability_window");
        metrics(f, head);
        f.none("not carried over: a check says its own period", "health_check_interval", "health_check_strict");
        f.none(
                "not carried over: global.logging has format and level of what is written",
                "log_format",
                "log_level",
                "log_timestamps");
        f.none(
                "not carried over: the API is on a Unix socket; global.api.listen opens a port, for those with a token",
                "api_enabled",
                "api_port",
                "api_host",
                "api_socket",
                "api_auth",
                "api_tls",
                "api_acl",
                "api_max_request_body");
        f.none(
                "not carried over: holdfast status tells what is up, and health of one process in its exit code",
                "readiness");
        f.none(
                "not carried over: history is kept in the state directory",
                "resource_metrics_enabled",
                "resource_metrics_interval",
                "resource_metrics_max_samples",
                "schedule_history_size",
                "oneshot_history_max_entries",
                "oneshot_history_max_age");
        f.none(
                "not carried over: global.otlp tells a collector",
                "tracing_enabled",
                "tracing_exporter",
                "tracing_endpoint",
                "tracing_sample_rate",
                "tracing_service_name",
                "tracing_use_tls");
        f.none("not needed", "zombie_reap_interval", "max_process_scale", "audit_enabled");
        f.none(
                "not carried over: start_timeout and stop.timeout of a process say so",
                "dependency_timeout",
                "process_start_timeout",
                "process_stop_timeout");
        f.none(
                "not carried over: php-fpm is not tuned; holdfast audit proposes pm.max_children",
                "autotune_memory_threshold");
        f.rest();
    }

    private static void metrics(Fields f, Entry head) {
        boolean on = f.has("metrics_enabled") && f.is("metrics_enabled", false);
        if (!on) {
            f.none("metrics are off", "metrics_port", "metrics_path", "metrics_host", "metrics_tls", "metrics_acl");
            return;
        }
        Integer port = f.number("metrics_port", 1, 65_535);
        String host = f.text("metrics_host");
        String path = f.text("metrics_path");
        String at = host == null || host.isEmpty() ? "127.0.0.1" : host;
        head.put(
                "global.metrics.listen", (at.contains(":") ? "[" + at + "]" : at) + ":" + (port == null ? 9090 : port));
        if (path != null) {
            head.put("global.metrics.path", path);
        }
        head.remark(
                f.at("metrics_enabled"),
                "metrics have other names here: docs/metrics.md"
                        + (host == null ? "; listening on loopback, not on all addresses" : ""),
                "global");
        f.none("not carried over", "metrics_tls", "metrics_acl");
    }

    /** Go's durations; a bare number is nanoseconds. */
    private static @Nullable String duration(Fields f, String key) {
        String text = f.text(key);
        String duration = text == null ? null : Amounts.duration(text.matches("[1-9]\\d{0,17}") ? text + "ns" : text);
        if (text != null && duration == null) {
            f.remark(key, text, "is no duration; not carried over");
        }
        return duration;
    }
}
