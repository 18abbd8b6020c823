package dev.holdfast.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One entry of {@code probes:} as it is written. */
@Doc("a probe")
record ProbeSection(
        @Doc("a URL is asked; measures latency, certificate (time it is still valid) and down") @Nullable
        AskedUrl http,

        @Doc("a port is connected to; measures latency and down")
        ProcessSection.@Nullable Tcp tcp,

        @Doc("a command is run; measures value (a number out of its output), latency and down") @Nullable
        AskedCommand exec,

        @Doc("a Redis is asked; measures length, latency and down") @Nullable
        AskedRedis redis,

        @Doc("a file is looked at; measures age, size and down, which is: not there") @Nullable
        LookedFile file,

        @Doc("from one look to the next") @Default("30s") Duration every,

        @Doc("without an answer for so long it is down") @Default("5s")
        Duration timeout,

        @Doc("from here on it is a warning: latency > 500ms, certificate < 14d, > 100, down for 1m; or a list")
        @Nullable
        Thresholds warning,

        @Doc("from here on it is critical; where neither says anything of down: down for 1m") @Nullable
        Thresholds critical,

        @Doc("steps, first to last; after each is looked whether it helped")
        List<RecoverSection> recover,

        @Doc("channels that are told") List<String> alert) {

    @Doc("a URL that is asked")
    record AskedUrl(
            @Doc("asked with GET; redirects are not followed") @Required
            URI url,

            @Doc("none: any 2xx or 3xx") @Nullable Integer expectStatus,

            @Doc("regular expression (RE2) found in the first 256Ki of the answer") @Nullable
            String body,

            @Doc("sent beside our own") Map<String, String> headers,

            @Doc("file of certificates (PEM) that are trusted instead of the usual ones") @Nullable
            String ca,

            @Doc("false: a certificate that is not trusted is no fault; its time is still looked at") @Default("true")
            boolean verify) {}

    @Doc("a command that is run")
    record AskedCommand(
            @Doc("the check; in it nothing is expanded") @Required
            ProcessSection.Command command,

            @Doc("whom it runs as") @Nullable String user,

            @Doc("its group; the user's own when not given") @Nullable
            String group,

            @Doc("exit codes that are well; not given: 0") List<Integer> exitCodes,

            @Doc("regular expression (RE2) whose first group is the number; not given: the first number of its output")
            @Nullable
            String value) {}

    @Doc("a Redis question")
    record AskedRedis(
            @Doc("host:port") @Required String address,

            @Doc("a list's key; not given: it is only asked whether it answers") @Nullable
            String lengthOf,

            @Doc("of AUTH; not given: default") @Nullable String user,

            @Doc("of AUTH; from ${NAME}, not here") @Nullable
            String password,

            @Doc("its number") @Default("0") int database) {}

    @Doc("a file that is looked at")
    record LookedFile(
            @Doc("absolute; links are followed") @Required String path) {}
}
