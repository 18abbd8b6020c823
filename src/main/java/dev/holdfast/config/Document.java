package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Level;
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

            @Doc("logs as a whole") @Nullable GlobalLogging logging,
            @Doc("requests to the control socket") @Nullable RateLimit apiRateLimit,
            @Doc("where metrics are served") @Nullable Metrics metrics,

            @Doc("where the API is served beside the socket") @Nullable
            Api api,

            @Doc("where the history of schedules is kept, and for how long") @Nullable
            Storage storage) {}

    @Doc("an exit policy")
    record Exit(
            @Doc(
                    "never; all-stopped: when nothing runs, or ever will unless somebody asks for it, with the highest code"
                            + " of those that were given up, else 0; any-failed: when one was given up, with its code;"
                            + " stopped: when process has ended for good, with its code. What waits in vain for something that"
                            + " was given up, stopped, or is manual or disabled counts as ended: with the code of what was"
                            + " given up, else 1")
            @Required
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
    record GlobalLogging(
            @Doc("where the lines of all processes and the daemon's own go as well")
            List<Output> outputs,

            @Doc("all files of the log directory have at most this, or the oldest rotated ones are deleted;"
                    + " 0: no bound; not given: a tenth of the file system, 4Gi at most")
            @Nullable
            ByteSize maxTotalSize) {}

    @Doc("a log output")
    record Output(
            @Doc("kind of output") @Required OutputType type,
            @Doc("of a line") @Default("text") OutputFormat format,

            @Doc("the least that is written; a line that says none counts as info") @Default("info")
            Level level,

            @Doc("of a file; of the journal's socket, which is /run/systemd/journal/socket") @Nullable
            String path,

            @Doc(
                    "of a syslog server: udp://host:514, or host:514; tcp://host:601; unix:///dev/log, also when not given")
            @Nullable
            String address,

            @Doc("of syslog: kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp, or local0 to"
                    + " local7")
            @Default("daemon")
            String facility,

            @Doc("of a file") ProcessSection.@Nullable Rotation rotation,

            @Doc("block: processes wait for it; drop: what is too much is dropped and counted; not given: block for a"
                    + " file, drop for others")
            @Nullable
            WhenSlow whenSlow) {}

    /** What comes of lines that an output cannot take as fast as they come. */
    enum WhenSlow {
        BLOCK,
        DROP
    }

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

    @Doc("a rate limit")
    record RateLimit(
            @Doc("in the long run") @Required Integer requestsPerSecond,
            @Doc("at once") @Required Integer burst,
            @Doc("each user has a limit of its own") boolean perClient,
            @Doc("limits of single endpoints") Map<String, EndpointLimit> endpoints) {}

    @Doc("a rate limit of one endpoint")
    record EndpointLimit(
            @Doc("in the long run") @Required Integer requestsPerSecond,
            @Doc("at once") @Required Integer burst) {}

    @Doc("a metrics listener")
    record Metrics(
            @Doc("host:port") @Required String listen,
            @Doc("of the URL") @Default("/metrics") String path) {}

    @Doc("an API listener")
    record Api(@Doc("host:port") @Required String listen) {}

    @Doc("a store")
    record Storage(
            @Doc("sqlite:FILE with an absolute path, in a directory that is there; not given: holdfast.db in the state"
                    + " directory")
            @Nullable
            String url,

            @Doc("the latest runs of each schedule that are kept") @Default("1000")
            int keepRuns,

            @Doc("older ones go") @Default("90d") Duration keepFor) {}

    @Doc("defaults")
    record Defaults(
            @Doc("under every process") @Nullable ProcessSection process,
            @Doc("under every schedule") JobSections.@Nullable Schedule schedule,
            @Doc("under every queue") JobSections.@Nullable Queue queue) {}

    @Doc("an audit")
    record Audit(
            @Doc("a PHP-FPM") @Nullable AuditedFile phpFpm,
            @Doc("a MariaDB") @Nullable MariaDb mariadb,
            @Doc("units of systemd") @Nullable Units systemd,
            @Doc("from one audit to the next") @Nullable Duration every,
            @Doc("channels that are told") List<String> alert) {}

    @Doc("a configuration file to audit")
    record AuditedFile(@Doc("its file") @Required String config) {}

    @Doc("a MariaDB to audit")
    record MariaDb(
            @Doc("its file") @Required String config,
            @Doc("the running server") @Nullable Live live) {}

    @Doc("how to ask the running server")
    record Live(
            @Doc("its socket") @Required String socket,
            @Doc("whom to log in as") @Nullable String user) {}

    @Doc("systemd units")
    record Units(@Doc("their names") List<String> units) {}

    @Doc("a report")
    record Report(
            @Doc("five fields: minute hour day month weekday") @Required
            String cron,

            @Doc("channels") List<String> sendTo) {}

    @Doc("alerts")
    record Alerts(
            @Doc("ways to tell, by name") Map<String, Channel> channels,

            @Doc("from one alert to the same again") @Nullable
            Duration cooldown) {}

    @Doc("a channel")
    record Channel(
            @Doc("kind of channel") @Required ChannelType type,
            @Doc("addresses") List<String> to,
            @Doc("sender") @Nullable String from,
            @Doc("mail server") @Nullable Smtp smtp,
            @Doc("that gets a POST") @Nullable String url,
            @Doc("program that is run") ProcessSection.@Nullable Command command) {}

    /** How somebody is told. */
    enum ChannelType {
        EMAIL,
        WEBHOOK,
        EXEC
    }

    @Doc("an SMTP server")
    record Smtp(
            @Doc("its name") @Required String host,
            @Doc("its port") @Default("25") int port) {}

    @Doc("a step to recover")
    record Recover(
            @Doc("such as: memory critical for 1m") @Nullable
            String when,

            @Doc("what is done") @KeyName("do") @Required Step step,
            @Doc("of cleanups") List<String> names,
            @Doc("of processes") List<String> processes,
            @Doc("program that is run") ProcessSection.@Nullable Command command,
            @Doc("no oftener") @Nullable Rate atMost) {}

    /** What a step does. */
    enum Step {
        RUN_CLEANUP,
        RESTART,
        STOP,
        EXEC
    }

    @Doc("a work directory")
    record Workdir(
            @Doc("deleted afterwards") boolean ephemeral,
            @Doc("its permissions") @Default("0700") Octal mode,
            @Doc("files in it at most") @Nullable ByteSize maxSize) {}
}
