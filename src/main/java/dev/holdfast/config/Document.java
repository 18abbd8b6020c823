package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A whole file as it is written. Files of {@code include} are laid beside it, and {@code defaults} under its entries. */
@Doc("a configuration")
record Document(
        @Doc("of this format: 1") @Required Integer version,

        @Doc("files read beside this one, relative to it; * and ? match")
        List<String> include,

        @Doc("files of NAME=VALUE lines, for ${NAME} in this one")
        List<String> envFile,

        @Doc("the daemon itself") @Nullable Global global,

        @Doc("what entries inherit that do not say otherwise") @Nullable
        Defaults defaults,

        @Doc("what is kept running") Map<String, ProcessSection> processes,
        @Doc("what runs at its time") Map<String, JobSections.Schedule> schedules,
        @Doc("what runs as jobs come") Map<String, JobSections.Queue> queues,
        @Doc("rules for any process of the host") GuardSections.@Nullable Guard guard,
        @Doc("thresholds of the host") GuardSections.@Nullable Host host,
        @Doc("checks of what Holdfast does not run") Map<String, GuardSections.Probe> probes,
        @Doc("temporary files") Map<String, GuardSections.Cleanup> cleanup,
        @Doc("what to audit") @Nullable Audit audit,
        @Doc("what to report") Map<String, Report> reports,
        @Doc("whom to tell") @Nullable Alerts alerts) {

    @Doc("the daemon")
    record Global(
            @Doc("from the request to SIGKILL of everything") @Default("30s")
            Duration shutdownTimeout,

            @Doc("sockets and running instances") @Nullable String runDir,
            @Doc("what survives a boot") @Nullable String stateDir,
            @Doc("captured output") @Nullable String logDir,
            @Doc("when the daemon ends by itself") @Nullable Exit exit,

            @Doc("signals to the daemon that go to processes instead, such as USR1: [nginx]")
            Map<String, List<String>> forwardSignals,

            @Nullable GlobalLogging logging,
            @Nullable RateLimit apiRateLimit,
            @Nullable Metrics metrics,
            @Nullable Api api,
            @Nullable Storage storage) {}

    @Doc("an exit policy")
    record Exit(
            @Doc("never, all-stopped, any-failed, or stopped with process") @Required
            When when,

            @Doc("whose end decides") @Nullable String process) {}

    /** When the daemon ends by itself. */
    enum When {
        NEVER,
        ALL_STOPPED,
        ANY_FAILED,
        STOPPED
    }

    @Doc("logging")
    record GlobalLogging(List<Output> outputs) {}

    @Doc("a log output")
    record Output(
            @Required OutputType type,
            @Default("text") OutputFormat format,
            @Default("info") Level level,
            @Nullable String path,
            @Nullable String address,
            @Nullable String facility,
            ProcessSection.@Nullable Rotation rotation) {}

    /** Where a log goes. */
    enum OutputType {
        STDOUT,
        STDERR,
        FILE,
        SYSLOG,
        JOURNALD
    }

    /** How a line is written. */
    enum OutputFormat {
        TEXT,
        JSON
    }

    /** How much it matters. */
    enum Level {
        DEBUG,
        INFO,
        WARNING,
        ERROR
    }

    @Doc("a rate limit")
    record RateLimit(
            @Required Integer requestsPerSecond,
            @Required Integer burst,
            boolean perClient,
            Map<String, EndpointLimit> endpoints) {}

    @Doc("a rate limit of one endpoint")
    record EndpointLimit(
            @Required Integer requestsPerSecond, @Required Integer burst) {}

    @Doc("a metrics listener")
    record Metrics(
            @Required String listen, @Default("/metrics") String path) {}

    @Doc("an API listener")
    record Api(@Required String listen) {}

    @Doc("a store")
    record Storage(@Required String url) {}

    @Doc("defaults")
    record Defaults(
            @Nullable ProcessSection process,
            JobSections.@Nullable Schedule schedule,
            JobSections.@Nullable Queue queue) {}

    @Doc("an audit")
    record Audit(
            @Nullable AuditedFile phpFpm,
            @Nullable MariaDb mariadb,
            @Nullable Units systemd,
            @Nullable Duration every,
            List<String> alert) {}

    @Doc("a configuration file to audit")
    record AuditedFile(@Required String config) {}

    @Doc("a MariaDB to audit")
    record MariaDb(@Required String config, @Nullable Live live) {}

    @Doc("how to ask the running server")
    record Live(@Required String socket, @Nullable String user) {}

    @Doc("systemd units")
    record Units(List<String> units) {}

    @Doc("a report")
    record Report(@Required String cron, List<String> sendTo) {}

    @Doc("alerts")
    record Alerts(Map<String, Channel> channels, @Nullable Duration cooldown) {}

    @Doc("a channel")
    record Channel(
            @Required ChannelType type,
            List<String> to,
            @Nullable String from,
            @Nullable Smtp smtp,
            @Nullable String url,
            ProcessSection.@Nullable Command command) {}

    /** How somebody is told. */
    enum ChannelType {
        EMAIL,
        WEBHOOK,
        EXEC
    }

    @Doc("an SMTP server")
    record Smtp(@Required String host, @Default("25") int port) {}

    @Doc("a step to recover")
    record Recover(
            @Doc("such as: memory critical for 1m") @Nullable
            String when,

            @KeyName("do") @Required Step step,
            List<String> names,
            List<String> processes,
            ProcessSection.@Nullable Command command,
            @Nullable Rate atMost) {}

    /** What a step does. */
    enum Step {
        RUN_CLEANUP,
        RESTART,
        STOP,
        EXEC
    }

    @Doc("a work directory")
    record Workdir(
            boolean ephemeral,
            @Default("0700") Octal mode,
            @Nullable ByteSize maxSize) {}
}
