package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.Percent;
import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Signal;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One entry of {@code processes:} as it is written. */
@Doc("a process")
record ProcessSection(
        @Doc("the program and its arguments; one text only with shell: true") @Required
        Command command,

        @Doc("run the command, a text, by sh -c") boolean shell,
        @Doc("directory it starts in") @Nullable String workingDir,
        @Doc("whom it runs as") @Nullable String user,

        @Doc("its group; the user's own when not given") @Nullable
        String group,

        @Doc("mode bits its files do not get") @Default("022")
        Octal umask,

        @Doc("variables, or clean, pass and set") @Nullable Environment env,
        @Doc("files of NAME=VALUE lines") List<String> envFile,
        @Doc("-20 (most favoured) to 19") @Nullable Integer nice,
        @Doc("I/O scheduling") @Nullable Io io,

        @Doc("resource limits of setrlimit(2), such as nofile")
        Map<String, Rlimit> rlimits,

        @Doc("processors it may use") List<Integer> cpuAffinity,

        @Doc("-1000 (never) to 1000 (first) when memory runs out") @Nullable
        Integer oomScoreAdj,

        @Doc("whether ending is its purpose") @Default("longrun")
        ProcessSpec.Type type,

        @Doc("how many of it") @Default("1") int replicas,

        @Doc("how many of it, by what there is to do; in place of replicas") @Nullable
        ScaleSection scale,

        @Doc("HOLDFAST_PORT of replica i is this plus i") @Nullable
        Integer portBase,

        @Doc("what must be so before it starts") @Nullable Dependencies dependsOn,
        @Doc("commands around start and stop") @Nullable Hooks hooks,
        @Doc("when it comes back") @Nullable Restart restart,
        @Doc("exit codes that are no failure, beside 0") List<Integer> plannedExitCodes,

        @Doc("after which it is stopped and started again") @Nullable
        Duration maxRuntime,

        @Doc("how it is asked to end") @Nullable Stop stop,
        @Doc("readiness and liveness in one") @Nullable Health health,
        @Doc("when it counts as up") @Nullable Health readiness,
        @Doc("when it must be restarted") @Nullable Health liveness,
        @Doc("from start to ready") @Default("90s") Duration startTimeout,

        @Doc("false: as if it were not there") @Default("true")
        boolean enabled,

        @Doc("starts only when asked") boolean manual,
        @Doc("where its output goes") @Nullable Logging logging,
        @Doc("limits and reservations") @Nullable Resources resources,
        @Doc("what it cannot reach") @Nullable Sandbox sandbox,

        @Doc("what is done before its memory limit ends it") @Nullable
        MemoryWatch memoryWatch)
        implements Program {

    @Doc("a command")
    record Command(List<String> argv, @Nullable String line) {
        @Form
        static Command ofList(List<String> argv) {
            if (argv.isEmpty() || argv.getFirst().isEmpty()) {
                throw new IllegalArgumentException("a command needs a program");
            }
            return new Command(argv, null);
        }

        @Form
        static Command ofLine(String line) {
            return new Command(List.of(), line);
        }
    }

    @Doc("an environment: variables, or clean, pass and set")
    record Environment(
            @Doc("nothing of the daemon's environment") boolean clean,
            @Doc("what is passed on when clean") List<String> pass,
            @Doc("variables") Map<String, String> set) {
        @Form
        static Environment ofVariables(Map<String, String> variables) {
            return new Environment(false, List.of(), variables);
        }
    }

    @Doc("an I/O priority")
    record Io(
            @KeyName("class") @Doc("realtime, best-effort or idle") @Required
            LaunchSpec.IoClass ioClass,

            @Doc("0 (first served) to 7") @Default("4") int priority) {}

    @Doc("a limit: a number, unlimited, or soft and hard")
    record Rlimit(
            @Doc("what counts") @Required String soft,

            @Doc("how far the process may raise the soft one") @Required
            String hard) {
        @Form
        static Rlimit ofBoth(String both) {
            return new Rlimit(both, both);
        }
    }

    @Doc("dependencies")
    record Dependencies(Map<String, ProcessSpec.DependencyCondition> on) {
        @Form
        static Dependencies ofNames(List<String> names) {
            var on = new LinkedHashMap<String, ProcessSpec.DependencyCondition>();
            names.forEach(n -> on.put(n, ProcessSpec.DependencyCondition.STARTED));
            return new Dependencies(on);
        }

        @Form
        static Dependencies ofConditions(Map<String, ProcessSpec.DependencyCondition> on) {
            return new Dependencies(on);
        }
    }

    @Doc("hooks")
    record Hooks(
            @Doc("before each start; failing, it counts as a failed start") @Nullable
            Hook preStart,

            @Doc("once it runs") @Nullable Hook postStart,
            @Doc("before it is asked to end") @Nullable Hook preStop,
            @Doc("after each end") @Nullable Hook postStop) {}

    @Doc("a hook")
    record Hook(
            @Doc("the hook") @Required Command command,
            @Doc("run the command, a text, by sh -c") boolean shell,

            @Doc("after which it is killed and counts as failed") @Default("30s")
            Duration timeout) {}

    @Doc("a restart policy")
    record Restart(
            @Doc("which ends it follows; not given: always for a longrun, never for a oneshot")
            RestartSpec.@Nullable Policy policy,

            @Doc("before the first restart") @Default("1s") Duration delay,
            @Doc("the longest delay") @Default("1m") Duration maxDelay,

            @Doc("growth from failure to failure") @Default("2")
            double multiplier,

            @Doc("spread of the delay") @Default("10%") Percent jitter,

            @Doc("restarts allowed within window; none: no limit") @Nullable
            Integer limit,

            @Doc("in which limit counts") @Default("10m") Duration window,

            @Doc("having run this long, failures count anew") @Default("30s")
            Duration resetAfter) {
        @Form
        static Restart ofPolicy(RestartSpec.Policy policy) {
            return new Restart(
                    policy,
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(1),
                    2,
                    Percent.parse("10%"),
                    null,
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(30));
        }
    }

    @Doc("a stop")
    record Stop(
            @Doc("sent to the process group") @Default("TERM")
            Signal signal,

            @Doc("from the request to SIGKILL of everything") @Default("10s")
            Duration timeout,

            @Doc("run in place of the signal; $MAINPID is the process") @Nullable
            Command command) {}

    @Doc("a health check")
    record Health(
            @Doc("a command is run") @Nullable Exec exec,
            @Doc("a URL is asked") @Nullable Http http,
            @Doc("a port is connected to") @Nullable Tcp tcp,

            @KeyName("notify") @Doc("READY=1 on NOTIFY_SOCKET")
            boolean readyNotice,

            @Doc("before the first check") @Default("0") Duration initialDelay,

            @Doc("from one check to the next") @Default("10s")
            Duration period,

            @Doc("without an answer for so long is a failure") @Default("5s")
            Duration timeout,

            @Doc("successes in a row that count as well") @Default("1")
            int successThreshold,

            @Doc("failures in a row that count as ill") @Default("3")
            int failureThreshold,

            @Doc("a bound on restarts by this check") @Nullable
            Breaker breaker) {}

    @Doc("a command whose exit 0 is health")
    record Exec(
            @Doc("the check; exit code 0 is well") @Required Command command) {}

    @Doc("a URL that answers")
    record Http(
            @Doc("asked with GET; redirects are not followed") @Required
            URI url,

            @Doc("none: any 2xx or 3xx") @Nullable Integer expectStatus) {}

    @Doc("a port that accepts")
    record Tcp(@Doc("host:port") @Required String address) {}

    @Doc("a circuit breaker")
    record Breaker(
            @Doc("health restarts in a row that open it") @Default("5")
            int maxFailures,

            @Doc("how long it stays open") @Default("30s") Duration resetTimeout) {}

    @Doc("logging of a process")
    record Logging(
            @Doc("the log file of each replica") @Nullable LogFile file,

            @Doc("lines that say a lower level are left out") @Nullable
            Level minLevel,

            @Doc("what every line is marked with") Map<String, String> labels,
            @Doc("lines that belong together") @Nullable Multiline multiline,

            @Doc("regular expressions (RE2) whose matches are neither stored nor shown")
            List<String> redact,

            @Doc("lines of all replicas that pass, such as 1000 per 1s; the rest is dropped and counted in the log")
            @Nullable
            Rate rateLimit) {}

    @Doc("a log file")
    record LogFile(
            @Doc("the file; none: NAME.INDEX.log in the log directory") @Nullable
            String path,

            @Doc("prefixed: time, stream and text; raw: what the program wrote; json: an object a line")
            @Default("prefixed")
            LogSpec.FileFormat format,

            @Doc("when a new file is begun") @Nullable Rotation rotation) {}

    @Doc("a rotation")
    record Rotation(
            @Doc("a file has at most this") @Default("50Mi") ByteSize maxSize,

            @Doc("older files whose last line is older are deleted") @Nullable
            Duration maxAge,

            @Doc("older files that are kept") @Default("5") int maxBackups,
            @Doc("older files are compressed by gzip") boolean compress) {}

    @Doc("joined lines")
    record Multiline(
            @Doc("regular expression (RE2) of a first line; others belong to what is before") @Nullable
            String start,

            @Doc("regular expression (RE2) of a further line; others begin something new") @Nullable
            String continuation,

            @Doc("joined at most") @Default("500") int maxLines,

            @Doc("joined at most, up to 48Ki") @Default("32Ki")
            ByteSize maxSize,

            @Doc("without a further line for so long, it is whole") @Default("1s")
            Duration maxWait) {}

    @Doc("resources")
    record Resources(
            @Doc("at most") @Nullable Limits limits,
            @Doc("at least") @Nullable Reservations reservations) {}

    @Doc("limits")
    record Limits(
            @Doc("processors") @Nullable CpuAmount cpu,
            @Doc("above it the kernel kills") @Nullable ByteSize memory,

            @Doc("above it the kernel slows down and reclaims") @Nullable
            ByteSize memoryHigh,

            @Doc("memory and swap together, as in Docker") @Nullable
            ByteSize memorySwap,

            @Doc("processes and threads") @Nullable Integer pids,
            @Doc("each disk") @Nullable IoLimits io) {}

    @Doc("I/O limits")
    record IoLimits(
            @Doc("read a second") @Nullable ByteSize readBytes,
            @Doc("written a second") @Nullable ByteSize writeBytes,
            @Doc("read operations a second") @Nullable Integer readOps,
            @Doc("write operations a second") @Nullable Integer writeOps,
            @Doc("share among others, 1 to 10000") @Nullable Integer weight) {}

    @Doc("reservations")
    record Reservations(
            @Doc("its share when processors are short: 1 weighs 100") @Nullable
            CpuAmount cpu,

            @Doc("memory that is reclaimed last") @Nullable ByteSize memory) {}

    @Doc("a sandbox")
    record Sandbox(
            @Doc("setuid programs and file capabilities give it nothing")
            boolean noNewPrivileges,

            @Doc("full: /usr, /boot, /efi and /etc are read-only; strict: all but /dev, /proc, /sys")
            SandboxSpec.@Nullable ProtectSystem protectSystem,

            @Doc("/home, /root and /run/user are empty") boolean protectHome,

            @Doc("/tmp and /var/tmp of its own, in memory, gone with it")
            boolean privateTmp,

            @Doc("as outside all the same, also below what is hidden")
            List<String> readWritePaths,

            @Doc("not writable, and seen also below what is hidden")
            List<String> readOnlyPaths,

            @Doc("only a loopback of its own") boolean privateNetwork,
            @Doc("what it sees as the host name") @Nullable String hostname,
            @Doc("what of root it has") @Nullable Capabilities capabilities) {}

    @Doc("capabilities")
    record Capabilities(
            @Doc("only these, for a user other than root too; [] is none")
            List<String> keep,

            @Doc("all but these; ALL is every one") List<String> drop) {}

    @Doc("a memory watch")
    record MemoryWatch(
            @Doc("told once at this share of its memory limit") @Nullable
            Percent warn,

            @Doc("asked to finish and started again at this share of its memory limit") @Nullable
            Percent recycle) {}
}
