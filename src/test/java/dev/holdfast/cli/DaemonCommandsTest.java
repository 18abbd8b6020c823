package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.Why;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DaemonCommandsTest extends AgainstADaemon {
    private static final String STEPS = """
        {"steps":[{"process":"api","verb":"keep","keys":[],"changes":[]},
        {"process":"old","verb":"stop","keys":[],"changes":[]},
        {"process":"web","verb":"restart","keys":["env","nice"],"changes":["env.A: 1 → 2","nice: 0 → 5"]}]}\
        """;
    private static final String KEEPS =
            "{\"steps\":[{\"process\":\"api\",\"verb\":\"keep\",\"keys\":[],\"changes\":[]}]}";

    @Test
    void planShowsWhatWouldChange() {
        daemon.answers("GET /api/v1/plan", STEPS);
        assertThat(run("plan")).isEqualTo(new Run(0, """
            stop     old
            restart  web  env.A: 1 → 2
                          nice: 0 → 5
            """, ""));
        assertThat(run("plan", "--all").out()).contains("keep     api\n");
    }

    @Test
    void planShowsSchedulesBesideProcesses() {
        daemon.answers("GET /api/v1/plan", """
            {"steps":[{"process":"web","verb":"start","keys":[],"changes":[]},
            {"process":"backup","verb":"change","keys":["cron"],"changes":["cron: 1 2 * * * UTC → 3 4 * * * UTC"]},
            {"process":"fresh","verb":"add","keys":[],"changes":[]},
            {"process":"old","verb":"remove","keys":[],"changes":[]}]}\
            """);
        daemon.answers("POST /api/v1/reload", """
            {"steps":[{"process":"backup","verb":"change","keys":["cron"],"changes":["cron: a → b"]},
            {"process":"fresh","verb":"add","keys":[],"changes":[]},
            {"process":"old","verb":"remove","keys":[],"changes":[]}]}\
            """);
        assertThat(run("plan").out()).isEqualTo("""
            start   web
            change  backup  cron: 1 2 * * * UTC → 3 4 * * * UTC
            add     fresh
            remove  old
            """);
        assertThat(run("reload").out()).isEqualTo("""
            changed  backup  cron: a → b
            added    fresh
            removed  old
            """);
    }

    @Test
    void planSaysThatNothingWouldChange() {
        daemon.answers("GET /api/v1/plan", KEEPS);
        assertThat(run("plan").out()).isEqualTo("nothing would change\n");
    }

    @Test
    void planTakesTheFileTheDaemonRunsAndNoOther() throws IOException {
        Path file = write("version: 1\nprocesses: {a: {command: [x]}}\n");
        daemon.answers("GET /api/v1/plan", STEPS);
        daemon.answers("GET /api/v1/status", StatusCommandTest.TWO.replace("/etc/h.yaml", file.toString()));
        assertThat(run("plan", file.toString()).code()).isZero();
        Run other = run("plan", "other.yaml");
        assertThat(other.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(other.err()).contains("the daemon runs " + file, "holdfast check other.yaml");
    }

    @Test
    void planWithoutADaemonIsWhatUpWouldDo() throws IOException {
        daemon.close();
        Path file = write("version: 1\nprocesses: {a: {command: [x]}, m: {command: [x], manual: true}}\n");
        assertThat(run("plan", file.toString()))
                .isEqualTo(new Run(0, "no daemon answers; holdfast up " + file + " would:\nstart  a\n", ""));
        assertThat(run("plan").code()).isEqualTo(ExitStatus.NO_DAEMON);
    }

    @Test
    void planOfAnUnsoundFileSaysItsProblems() throws IOException {
        daemon.close();
        Run run = run("plan", write("version: 1\nprocesses: {a: {}}\n").toString());
        assertThat(run.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains(":2:");
    }

    @Test
    void reloadSaysWhatItDid() {
        daemon.answers("POST /api/v1/reload", STEPS);
        assertThat(run("reload")).isEqualTo(new Run(0, """
            stopped    old
            restarted  web  env.A: 1 → 2
                            nice: 0 → 5
            """, ""));
        daemon.answers("POST /api/v1/reload", KEEPS);
        assertThat(run("reload", "--all").out()).isEqualTo("kept  api\nnothing has changed\n");
    }

    @Test
    void reloadOfAnUnsoundFileSaysItsProblems() {
        daemon.answers(
                "POST /api/v1/reload",
                422,
                "{\"detail\":\"/etc/h.yaml is not sound; nothing has changed\",\"problems\":[\"/etc/h.yaml:3:1:"
                        + " bad\"]}");
        assertThat(run("reload")).isEqualTo(new Run(ExitStatus.USAGE, "", """
            /etc/h.yaml:3:1: bad
            holdfast: /etc/h.yaml is not sound; nothing has changed
            """));
    }

    @Test
    void downWaitsForTheEnd() {
        daemon.answers("POST /api/v1/down", "{\"steps\":[]}");
        assertThat(run("down")).isEqualTo(new Run(0, "everything is stopped\n", ""));
        assertThat(run("down").code()).isEqualTo(ExitStatus.NO_DAEMON);
    }

    @Test
    void downSaysWhenTheEndIsLate() {
        daemon.answers("POST /api/v1/down", "{\"steps\":[]}");
        daemon.staysUp();
        Run run = run("down", "--timeout", "50ms");
        assertThat(run.code()).isEqualTo(ExitStatus.TIMED_OUT);
        assertThat(run.err()).contains("still stopping", "holdfast status");
    }

    @Test
    void whyTellsEachEnd() {
        var end = new Why.End(
                "2026-11-21T05:50:00Z",
                "exited with 7",
                "nobody asked for it",
                123.4,
                1.234,
                12897485L,
                List.of("a", "\tb\u001b[2J"));
        var bare =
                new Why.End("2026-11-21T05:40:00Z", "killed by SIGKILL", "stop by root", 0.25, null, null, List.of());
        var why = new Why(
                List.of(
                        new Why.Replica(
                                "web/0",
                                "up for 8m",
                                "12.0Mi of 64Mi memory",
                                List.of(end, bare),
                                List.of(new Why.Happening("2026-11-21T05:40:00Z", "started, pid 7")),
                                false,
                                List.of(new Why.ByGuard(
                                        "2026-11-21T05:39:58Z",
                                        "fired",
                                        "runaway",
                                        "pid 7 php: cpu > 80%: kill with TERM",
                                        List.of("05:39:53 cpu 97%")))),
                        new Why.Replica("web/1", "up for 1h", null, List.of(), List.of(), false, List.of()),
                        new Why.Replica("backup", "idle", null, List.of(), List.of(), true, List.of())),
                null);
        assertThat(String.join(
                        "\n",
                        WhyCommand.text(why, Instant.parse("2026-11-21T05:58:01Z"), ZoneOffset.UTC, new Style(false))))
                .isEqualTo("""
                    web/0: up for 8m
                      uses 12.0Mi of 64Mi memory

                      2026-11-21 05:50:00 (8m1s ago)  exited with 7
                        nobody asked for it; ran 2m3s, 1.23s of CPU, at most 12.3Mi of memory
                        | a
                        |     b\ufffd[2J

                      2026-11-21 05:40:00 (18m1s ago)  killed by SIGKILL
                        stop by root; ran 0.3s

                      the guard, the latest last:
                        2026-11-21 05:39:58  fired by runaway: pid 7 php: cpu > 80%: kill with TERM
                          | 05:39:53 cpu 97%

                      history, the latest last:
                        2026-11-21 05:40:00  started, pid 7

                    web/1: up for 1h
                      no end of it is known

                    backup: idle
                      no failed run of it is known\
                    """);
    }

    @Test
    void whyAsksForAsMuchAsWanted() {
        daemon.answers(
                "GET /api/v1/why/web%2F1?ends=2&lines=30",
                "{\"replicas\":[{\"name\":\"web/1\",\"now\":\"up\",\"ends\":[],\"history\":[]}]}");
        assertThat(run("why", "web/1", "-n", "2", "--lines", "30").out())
                .isEqualTo("web/1: up\n  no end of it is known\n");
        assertThat(run("why", "web/1", "-n", "2", "--lines", "30", "--json").out())
                .startsWith("{\"replicas\"");
    }

    @Test
    void doctorSaysWhatIsWeakerAndFailsWhenSomethingIsBroken() {
        String ok = "{\"level\":\"ok\",\"what\":\"adoption\",\"detail\":\"pidfd\"}";
        String broken = "{\"level\":\"broken\",\"what\":\"logs\",\"detail\":\"disk full\"}";
        daemon.answers("GET /api/v1/doctor", "{\"findings\":[" + ok + "]}");
        assertThat(run("doctor")).isEqualTo(new Run(0, "ok  adoption  pidfd\n", ""));
        daemon.answers("GET /api/v1/doctor", "{\"findings\":[" + ok + "," + broken + "]}");
        assertThat(run("doctor")).isEqualTo(new Run(1, """
            ok      adoption  pidfd
            broken  logs      disk full
            """, ""));
    }

    private Run run(String... words) {
        var args = new ArrayList<>(List.of(words));
        args.addAll(List.of("--dir", dir.toString()));
        return Run.of(args.toArray(String[]::new));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(dir.resolve("holdfast.yaml"), text);
    }
}
