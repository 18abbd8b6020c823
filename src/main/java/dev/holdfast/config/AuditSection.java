package dev.holdfast.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code audit:} as it is written. */
@Doc("the host's own configuration is read at the start, and what will break is told before it does")
record AuditSection(
        @Doc("where PHP-FPM's configuration is; else where it usually is, and where those that run have theirs")
        @Nullable
        AuditedFile phpFpm,

        @Doc("where MariaDB's or MySQL's configuration is, and how to ask the server") @Nullable
        MariaDb mariadb,

        @Doc("where nginx's configuration is") @Nullable AuditedFile nginx,
        @Doc("where Redis's configuration is") @Nullable AuditedFile redis,

        @Doc("where supervisord's configuration is") @Nullable
        AuditedFile supervisor,

        @Doc("compose files") @Nullable AuditedFiles compose,
        @Doc("crontabs") @Nullable AuditedFiles crontab,

        @Doc("files with lines that run Laravel's workers") @Nullable
        AuditedFiles laravel,

        @Doc("units of systemd") @Nullable Units systemd,

        @Doc("from one audit to the next; not given: only at the start") @Nullable
        Duration every,

        @Doc("absolute path of a file of findings that are accepted; holdfast audit --write-baseline writes it")
        @Nullable
        String baseline,

        @Doc("channels that are told of what is new and a warning or critical")
        List<String> alert) {

    @Doc("a configuration file to audit")
    record AuditedFile(@Doc("its absolute path") @Required String config) {}

    @Doc("files to audit")
    record AuditedFiles(@Doc("their absolute paths") List<String> files) {}

    @Doc("a MariaDB or MySQL to audit")
    record MariaDb(
            @Doc("absolute path of its file") @Required String config,

            @Doc("the running server; not given: only the files are read") @Nullable
            Live live) {}

    @Doc("how to ask the running server")
    record Live(
            @Doc("absolute path of its socket") @Required String socket,
            @Doc("whom to log in as") @Nullable String user) {}

    @Doc("systemd units")
    record Units(@Doc("their names; none: all that run") List<String> units) {}
}
