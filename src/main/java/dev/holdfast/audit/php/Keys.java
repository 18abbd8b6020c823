package dev.holdfast.audit.php;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What php-fpm knows (sapi/fpm/fpm/fpm_conf.c, of PHP 8.4): it does not start when a file has another key. */
final class Keys {
    static final Set<String> GLOBAL = Set.of(
            "pid",
            "error_log",
            "syslog.facility",
            "syslog.ident",
            "log_buffering",
            "log_level",
            "log_limit",
            "emergency_restart_threshold",
            "emergency_restart_interval",
            "process_control_timeout",
            "process.max",
            "process.priority",
            "daemonize",
            "rlimit_files",
            "rlimit_core",
            "events.mechanism",
            "systemd_interval");

    static final Set<String> POOL = Stream.of(
                    "prefix user group listen listen.backlog listen.owner listen.group listen.mode listen.acl_users"
                            + " listen.acl_groups listen.allowed_clients listen.setfib process.priority"
                            + " process.dumpable pm pm.max_children pm.start_servers pm.min_spare_servers"
                            + " pm.max_spare_servers pm.max_spawn_rate pm.process_idle_timeout pm.max_requests"
                            + " pm.status_path pm.status_listen ping.path ping.response access.log access.format"
                            + " access.suppress_path slowlog request_slowlog_timeout request_slowlog_trace_depth"
                            + " request_terminate_timeout request_terminate_timeout_track_finished rlimit_files"
                            + " rlimit_core chroot chdir catch_workers_output decorate_workers_output clear_env"
                            + " security.limit_extensions apparmor_hat env php_value php_flag php_admin_value"
                            + " php_admin_flag")
            .flatMap(all -> Stream.of(all.split(" ", -1)))
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<String> WHOLE = Set.of(
            "pm.max_children",
            "pm.start_servers",
            "pm.min_spare_servers",
            "pm.max_spare_servers",
            "pm.max_requests",
            "process.max",
            "emergency_restart_threshold");

    private static final Set<String> TIMES = Set.of(
            "request_slowlog_timeout",
            "request_terminate_timeout",
            "pm.process_idle_timeout",
            "process_control_timeout",
            "emergency_restart_interval");

    /** What its value must be. */
    enum Kind {
        WHOLE("whole number"),
        TIME("time, such as 30s"),
        MANAGER("process manager: static, dynamic or ondemand"),
        ANY("value");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }

        boolean takes(String value) {
            // What the environment has is known when it starts.
            return value.contains("${")
                    || switch (this) {
                        case WHOLE -> Quantity.whole(value).isPresent();
                        case TIME -> Quantity.seconds(value).isPresent();
                        case MANAGER -> Set.of("static", "dynamic", "ondemand").contains(value);
                        case ANY -> true;
                    };
        }
    }

    private Keys() {}

    static Kind kind(String key) {
        if (WHOLE.contains(key)) {
            return Kind.WHOLE;
        }
        if (key.equals("pm")) {
            return Kind.MANAGER;
        }
        return TIMES.contains(key) ? Kind.TIME : Kind.ANY;
    }
}
