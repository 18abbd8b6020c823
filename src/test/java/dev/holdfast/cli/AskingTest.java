package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AskingTest extends AgainstADaemon {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start web          | start   | {\"names\":[\"web\"],\"await\":true,\"timeoutMillis\":0}",
                "stop web job       | stop    | {\"names\":[\"web\",\"job\"],\"await\":true,\"timeoutMillis\":0}",
                "restart --all      | restart | {\"names\":[],\"await\":true,\"timeoutMillis\":0}",
                "stop web --no-wait | stop    | {\"names\":[\"web\"],\"await\":false,\"timeoutMillis\":0}",
                "start web --timeout 1m | start | {\"names\":[\"web\"],\"await\":true,\"timeoutMillis\":60000}",
                "signal sighup web  | signal  |"
                        + " {\"names\":[\"web\"],\"signal\":\"HUP\",\"await\":true,\"timeoutMillis\":0}",
                "scale web 3        | scale   |"
                        + " {\"names\":[\"web\"],\"replicas\":3,\"await\":true,\"timeoutMillis\":0}",
            })
    void asksForIt(String line, String verb, String body) {
        daemon.answers("POST /api/v1/processes/" + verb, done(true, "up", "41", ""));
        Run run = run(line);
        assertThat(run).isEqualTo(new Run(0, "web  up  pid 41\n", ""));
        assertThat(daemon.asked()).containsExactly("POST /api/v1/processes/" + verb + " " + body);
    }

    @Test
    void saysThatTheWaitRanOut() {
        daemon.answers("POST /api/v1/processes/stop", done(false, "stopping", "41", "waits for 41"));
        Run run = run("stop web --timeout 1s");
        assertThat(run.code()).isEqualTo(ExitStatus.TIMED_OUT);
        assertThat(run.out()).isEqualTo("web  stopping  pid 41  waits for 41\n");
        assertThat(run.err()).contains("the wait ran out", "holdfast status");
    }

    @Test
    void doneIsEnoughForWhoDoesNotWait() {
        daemon.answers("POST /api/v1/processes/stop", done(false, "stopping", "41", ""));
        assertThat(run("stop web --no-wait").code()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"start web, start, 1", "restart web, restart, 1", "stop web, stop, 0"})
    void failsWhenWhatShallRunHasFailed(String line, String verb, int code) {
        daemon.answers("POST /api/v1/processes/" + verb, done(true, "failed", "null", "exited with 7"));
        Run run = run(line);
        assertThat(run.code()).isEqualTo(code);
        assertThat(run.err()).isEqualTo(code == 0 ? "" : "holdfast: web failed: exited with 7; holdfast why web\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start                 | which processes? name them, or say --all",
                "stop web --all        | not both",
                "signal HPU web        | \"HPU\" is no signal",
                "signal HUP            | NAME",
                "scale web -1          | replicas are 0 to 1000, not -1",
                "scale web many        | many",
                "stop web --timeout 10 | a duration is",
            })
    void refusesBadUsageWithoutAsking(String line, String says) {
        Run run = run(line);
        assertThat(run.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains(says, "--help says more");
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void unknownNamesHaveTheirOwnExitCode() {
        daemon.answers("POST /api/v1/processes/stop", 404, "{\"detail\":\"no process wbe\",\"problems\":[]}");
        assertThat(run("stop wbe").code()).isEqualTo(ExitStatus.NO_SUCH_PROCESS);
    }

    private Run run(String line) {
        var args = new ArrayList<>(List.of(line.split(" ", -1)));
        args.addAll(List.of("--dir", dir.toString()));
        return Run.of(args.toArray(String[]::new));
    }

    private static String done(boolean settled, String state, String pid, String detail) {
        return """
            {"settled":%s,"status":{"version":"0.1.0","pid":7,"startedAt":"","config":"","degraded":[],"replicas":[
            {"process":"web","index":0,"name":"web","state":"%s","wanted":true,"pid":%s,"since":"","seconds":1,
            "restarts":0,"health":"","detail":"%s","cpuPercent":null,"cpuSeconds":null,"memoryBytes":null,
            "log":""}]},"notes":[]}\
            """.formatted(settled, state, pid, detail);
    }
}
