package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusCommandTest extends AgainstADaemon {
    static final String TWO = """
        {"version":"0.1.0","pid":7,"startedAt":"2026-11-21T05:00:00Z","config":"/etc/h.yaml",
         "degraded":["no cgroups"],"replicas":[
          {"process":"web","index":0,"name":"web","state":"up","wanted":true,"pid":41,
           "since":"2026-11-21T05:00:00Z","seconds":93600,"restarts":2,"health":"healthy","detail":"",
           "cpuPercent":12.34,"cpuLimit":0.5,"cpuSeconds":3.5,"memoryBytes":12897485,"memoryLimitBytes":67108864,
           "pids":3,"pidsLimit":30,"log":"/var/log/web.0.log","enforcedBy":"watch",
           "weaker":"enforced by watching: limits.memory (no cgroup v2)"},
          {"process":"job","index":0,"name":"job","state":"failed","wanted":true,"pid":null,
           "since":"2026-11-21T05:00:00Z","seconds":5,"restarts":0,"health":"","detail":"exited with 7",
           "cpuPercent":null,"cpuSeconds":null,"memoryBytes":null,"log":""}]}\
        """;

    @Test
    void showsATableAndWhatIsWeaker() {
        daemon.answers("GET /api/v1/status", TWO);
        Run run = Run.of("status", "--dir", dir.toString());
        assertThat(run).isEqualTo(new Run(0, """
            NAME  STATE   PID  UPTIME  RESTARTS  CPU          MEM            PIDS  HEALTH   ENFORCED BY  DETAIL
            web   up      41   1d2h    2         12.3%/50.0%  12.3Mi/64.0Mi  3/30  healthy  watch
            job   failed  -    -       0         -            -              -     -        -            exited with 7
            limits of web: enforced by watching: limits.memory (no cgroup v2)
            1 guarantee is weaker here: holdfast doctor
            """, ""));
    }

    @Test
    void saysWhereTheApiIsServed() {
        daemon.answers(
                "GET /api/v1/status",
                TWO.replaceFirst("}]}$", "}],\"listens\":[\"https://10.0.0.1:9180\",\"http://127.0.0.1:9181\"]}"));
        assertThat(Run.of("status", "--dir", dir.toString()).out())
                .contains(
                        "the API is served at https://10.0.0.1:9180, with TLS\n",
                        "the API is served at http://127.0.0.1:9181, without TLS\n");
    }

    static final String SCHEDULES = """
        {"version":"0.1.0","pid":7,"startedAt":"2026-11-21T05:00:00Z","config":"/etc/h.yaml","degraded":[],
         "replicas":[],"schedules":[
          {"name":"backup","timing":"30 2 * * * UTC","state":"idle","next":null,"pending":0,"paused":null,
           "failures":0,"lastStarted":null,"lastEnded":null,"lastResult":null,"lastDetail":null,"log":"/l/b"},
          {"name":"feed","timing":"every 1m","state":"paused","next":null,"pending":2,"paused":"3 runs in a row failed",
           "failures":3,"lastStarted":"soon","lastEnded":"soon","lastResult":"failed",
           "lastDetail":"exited with 1","log":"/l/f"},
          {"name":"mail","timing":"every 1m","state":"running","next":"later","pending":0,"paused":null,
           "failures":0,"lastStarted":"soon","lastEnded":"soon","lastResult":"stopped",
           "lastDetail":"shut down","log":"/l/m"}]}\
        """;

    @Test
    void showsSchedulesWithNextRunAndLastResult() {
        daemon.answers("GET /api/v1/status", SCHEDULES);
        assertThat(Run.of("status", "--dir", dir.toString())).isEqualTo(new Run(0, """
            SCHEDULE  STATE      NEXT   LAST  RESULT   DETAIL
            backup    idle       -      -     -
            feed      paused +2  -            failed   3 runs in a row failed
            mail      running    later        stopped  shut down
            """, ""));
        daemon.answers(
                "GET /api/v1/status",
                TWO.replaceFirst("}]}$", "}],\"schedules\":[" + SCHEDULES.split("\\[", -1)[3]));
        assertThat(Run.of("status", "--dir", dir.toString()).out()).contains("(no cgroup v2)\n\nSCHEDULE  STATE");
    }

    @Test
    void endsWithOneWhenTheLastRunOfANamedScheduleFailed() {
        daemon.answers("GET /api/v1/status?name=feed", SCHEDULES)
                .answers("GET /api/v1/status?name=mail", SCHEDULES.replace("\"failures\":3", "\"failures\":0"));
        assertThat(Run.of("status", "feed", "--dir", dir.toString()).code()).isEqualTo(ExitStatus.FAILED);
        assertThat(Run.of("status", "mail", "--dir", dir.toString()).code()).isZero();
    }

    @Test
    void atTheFirstLookTheProcessorTimeIsThatOfItsLife() {
        daemon.answers(
                "GET /api/v1/status",
                TWO.replace("\"cpuPercent\":12.34", "\"cpuPercent\":null").replace("93600", "10"));
        assertThat(Run.of("status", "--dir", dir.toString()).out()).contains(" 35.0%/50.0% ");
    }

    @Test
    void asksForTheNamedOnes() {
        daemon.answers("GET /api/v1/status?name=web&name=a%2F1", TWO);
        assertThat(Run.of("status", "web", "a/1", "--dir", dir.toString()).out())
                .contains("job   failed");
    }

    @Test
    void endsWithOneWhenANamedOneIsNeitherUpNorCompleted() {
        String web = TWO.substring(0, TWO.indexOf(",\n  {\"process\":\"job\"")) + "]}";
        daemon.answers("GET /api/v1/status", TWO)
                .answers("GET /api/v1/status?name=web", web)
                .answers("GET /api/v1/status?name=job", TWO);
        assertThat(Run.of("status", "--dir", dir.toString()).code()).isZero();
        assertThat(Run.of("status", "web", "--dir", dir.toString()).code()).isZero();
        assertThat(Run.of("status", "--json", "web", "--dir", dir.toString())).isEqualTo(new Run(0, web + "\n", ""));
        assertThat(Run.of("status", "job", "--dir", dir.toString()).code()).isEqualTo(ExitStatus.FAILED);
        assertThat(Run.of("status", "--json", "job", "--dir", dir.toString()).code())
                .isEqualTo(ExitStatus.FAILED);
    }

    @Test
    void watchesNoOftenerThanMakesSense() {
        Run run = Run.of("status", "--watch=0", "--dir", dir.toString());
        assertThat(run.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains("--watch is at least 100ms, not 0s");
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void paintsWhenAskedTo() {
        daemon.answers("GET /api/v1/status", TWO);
        assertThat(Run.of("status", "--color=always", "--dir", dir.toString()).out())
                .contains("\u001b[32mup\u001b[0m", "\u001b[31mfailed\u001b[0m");
    }

    @Test
    void jsonIsTheAnswerAsItIs() {
        daemon.answers("GET /api/v1/status", TWO);
        assertThat(Run.of("status", "--json", "--dir", dir.toString()).out()).isEqualTo(TWO + "\n");
    }

    @Test
    void watchesUntilNobodyReads() {
        daemon.answers("GET /api/v1/status", TWO);
        var out = new PrintWriter(new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                if (daemon.asked().size() >= 3) {
                    throw new IOException("closed");
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
        int code = Holdfast.commandLine(new Holdfast(Map.of(), 1000))
                .setOut(out)
                .execute("status", "--watch=0.1", "--dir", dir.toString());
        assertThat(code).isZero();
        assertThat(daemon.asked()).hasSize(3);
    }

    @Test
    void saysWhenNoDaemonAnswers() throws IOException {
        daemon.close();
        Run run = Run.of("status", "--dir", dir.toString());
        assertThat(run.code()).isEqualTo(ExitStatus.NO_DAEMON);
        assertThat(run.err()).contains("no daemon answers at", "holdfast up FILE starts one");
    }

    @Test
    void saysWhenThereIsNoSuchProcess() {
        daemon.answers(
                "GET /api/v1/status?name=wbe",
                404,
                "{\"detail\":\"no process wbe; did you mean web?\",\"problems\":[]}");
        Run run = Run.of("status", "wbe", "--dir", dir.toString());
        assertThat(run).isEqualTo(new Run(ExitStatus.NO_SUCH_PROCESS, "", """
            holdfast: no process wbe; did you mean web?
            holdfast status lists what there is
            """));
    }

    @Test
    void refusesAnIntervalThatIsNone() {
        Run run = Run.of("status", "--watch=soon", "--dir", dir.toString());
        assertThat(run.code()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains("soon", "a duration is");
    }
}
