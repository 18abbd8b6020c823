package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Level;
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
        @Doc("what runs as jobs come") Map<String, QueueSection> queues,
        @Doc("rules for any process of the host") GuardSections.@Nullable Guard guard,
        @Doc("thresholds of the host") @Nullable HostSection host,
        @Doc("checks of what Holdfast does not run") Map<String, ProbeSection> probes,

        @Doc("what is deleted when it is old: temporary files")
        Map<String, CleanupSection> cleanup,

        @Doc("what to audit") @Nullable AuditSection audit,

        @Doc("reports of usage, restarts, leaks, limits and disks, and who gets them")
        Map<String, Report> reports,

        @Doc("whom to tell") AlertSections.@Nullable Alerts alerts) {

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

            @Doc("requests to the API where it listens; the Unix socket has no limit") @Nullable
            RateLimit apiRateLimit,

            @Doc("where metrics are served") @Nullable Metrics metrics,

            @Doc("a collector of OpenTelemetry that is told metrics and traces") @Nullable
            Otlp otlp,

            @Doc("who may ask the API, and where beside the Unix socket") @Nullable
            Api api,

            @Doc("where jobs and the history of schedules are kept, and for how long") @Nullable
            Storage storage) {}

    @Doc("an exit policy")
    record Exit(
            @Doc("never; all-stopped: when nothing runs, or ever will unless somebody asks for it, with the highest"
                    + " code of those that were given up, else 0; any-failed: when one was given up, with its"
                    + " code; stopped: when process has ended for good, with its code. What waits in vain for"
                    + " something that was given up, stopped, or is manual or disabled counts as ended: with the"
                    + " code of what was given up, else 1")
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

            @Doc("of a syslog server: udp://host:514, or host:514; tcp://host:601; unix:///dev/log, also when not"
                    + " given")
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

            @Doc("each client has all of it: each token, and without one each address; else all share it")
            boolean perClient,

            @Doc("limits of single endpoints in place of it, such as POST /api/v1/processes/{name}/restart")
            Map<String, EndpointLimit> endpoints) {}

    @Doc("a rate limit of one endpoint")
    record EndpointLimit(
            @Doc("in the long run") @Required Integer requestsPerSecond,
            @Doc("at once") @Required Integer burst) {}

    @Doc(
            "a metrics listener: figures to be read by whoever reaches it, without TLS or a token; a reload moves it within"
                    + " five seconds")
    record Metrics(
            @Doc("ADDRESS:PORT, such as 127.0.0.1:9190") @Required
            String listen,

            @Doc("of the URL") @Default("/metrics") String path) {}

    @Doc("a collector of OpenTelemetry, told by OTLP/HTTP in protobuf; a reload may change all of it")
    record Otlp(
            @Doc("http or https, with a host; below it are /v1/metrics and /v1/traces")
            @Default("http://127.0.0.1:4318")
            String endpoint,

            @Doc("sent beside our own, such as Authorization: Bearer ${OTLP_TOKEN}; shown nowhere")
            Map<String, String> headers,

            @Doc("from one telling of metrics to the next, 1s to 1h") @Default("60s")
            Duration interval,

            @Doc("whether metrics are told, those of /metrics") @Default("true")
            boolean metrics,

            @Doc("whether runs of schedules and jobs are told as spans, and given TRACEPARENT") @Default("true")
            boolean traces,

            @Doc("of one request, 100ms to 1m") @Default("10s")
            Duration timeout,

            @Doc("of https") @Nullable OtlpTls tls,

            @Doc("http://HOST:PORT through which it is reached; directly when not given, whatever the environment says")
            @Nullable
            String proxy,

            @Doc("of what is sent") @Default("gzip") Compression compression,

            @Doc("attributes of this daemon beside service.name, service.version and host.name, or in place of them")
            Map<String, String> resource) {}

    @Doc("TLS towards a collector")
    record OtlpTls(
            @Doc("PEM file of the authorities that vouch for the collector, in place of those of the Java runtime")
            @Nullable
            String ca,

            @Doc("PEM file of the certificate that is shown to the collector, and of those that vouch for it") @Nullable
            String certificate,

            @Doc("PEM file of the certificate's key, without a passphrase") @Nullable
            String key) {}

    /** How a request's body is packed. */
    enum Compression {
        GZIP,
        NONE
    }

    @Doc("access to the API")
    record Api(
            @Doc("ADDRESS:PORT to listen on beside the Unix socket, such as 127.0.0.1:9180; one that other hosts reach"
                    + " needs tls, and opens when there is a token")
            @Nullable
            String listen,

            @Doc("of the listener") @Nullable Tls tls,

            @Doc("names by which the listener may be called, beside its address and localhost")
            List<String> hosts,

            @Doc("groups of this host, and what their members may ask for on the Unix socket")
            Map<String, ApiSpec.Access> groups) {}

    @Doc("TLS of a listener")
    record Tls(
            @Doc("PEM file of the certificates, the listener's own first; read anew when it changes") @Required
            String certificate,

            @Doc("PEM file of its private key, PKCS#8, PKCS#1 or SEC 1, not encrypted") @Required
            String key,

            @Doc("PEM file of authorities; clients must show a certificate of theirs, beside a token") @Nullable
            String clientCa) {}

    @Doc("a store")
    record Storage(
            @Doc("sqlite:FILE with an absolute path, in a directory that is there; not given: holdfast.db in the state"
                    + " directory. Or postgresql://USER:PASSWORD@HOST:PORT/DATABASE, for the jobs of queues and what"
                    + " one_server claims, of several hosts; the history of schedules stays in the state directory")
            @Nullable
            String url,

            @Doc("the latest runs of each schedule that are kept") @Default("1000")
            int keepRuns,

            @Doc("older ones go") @Default("90d") Duration keepFor,

            @Doc("others may take the jobs that a host runs when it has not been heard of for so long, 5s to 1h;"
                    + " the same on all hosts")
            @Default("1m")
            Duration lease) {}

    @Doc("defaults")
    record Defaults(
            @Doc("under every process") @Nullable ProcessSection process,
            @Doc("under every schedule") JobSections.@Nullable Schedule schedule,
            @Doc("under every queue") @Nullable QueueSection queue) {}

    @Doc("a report")
    record Report(
            @Doc(
                    "when it is sent: five fields: minute hour day month weekday; missed while no daemon ran, it is sent once")
            @Required
            String cron,

            @Doc("of cron, such as Europe/Berlin; not given: the host's") @Nullable
            String timezone,

            @Doc("alert channels that get it, whatever their min_severity and quiet_hours")
            List<String> sendTo,

            @Doc("how far back it looks, 1h to 30d; not given: to the due time before") @Nullable
            Duration span) {}
}
