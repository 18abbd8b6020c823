package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetStatusCommandTest extends AgainstADaemon {
    private static final String FLEET = "GET /api/v1/fleet";

    private static String host(String name, String state, boolean here, String version, String memory) {
        return """
                {"name":"%s","state":"%s","here":%s,"version":"%s","silentSeconds":4.2,"upSeconds":7200,"cores":4,\
                "load":0.5,%s"running":3,"places":8,"queues":["mail","videos"]}""".formatted(name, state, here, version, memory);
    }

    @Test
    void showsEachHostAndFailsWhenOneIsSilent() {
        String memory = "\"memoryBytes\":4294967296,\"availableBytes\":1073741824,";
        daemon.answers(
                FLEET,
                "{\"shared\":true,\"hosts\":["
                        + host("one", "up", true, "1.0", memory) + ","
                        + host("three", "up", false, "1.1", "") + ","
                        + host("two", "silent", false, "1.0", memory) + "]}");
        Run run = run("fleet", "status");
        assertThat(run.code()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.out()).isEqualTo("""
                HOST   STATE   HEARD     VERSION  UP  LOAD  CORES  MEMORY          JOBS  QUEUES
                one *  up      4.2s ago  1.0      2h  0.50  4      3.0Gi of 4.0Gi  3/8   mail, videos
                three  up      4.2s ago  1.1      2h  0.50  4      -               3/8   mail, videos
                two    silent  4.2s ago  1.0      -   -     4      -               -     mail, videos
                versions differ: 1.0, 1.1
                """);
    }

    @Test
    void saysWhenNothingIsShared() {
        daemon.answers(FLEET, "{\"shared\":false,\"hosts\":[" + host("one", "up", true, "1.0", "") + "]}");
        Run run = run("fleet", "status");
        assertThat(run.code()).isEqualTo(ExitStatus.DONE);
        assertThat(run.out()).contains("keeps its jobs for itself").doesNotContain("versions differ");
        assertThat(run("fleet", "status", "--json").out()).startsWith("{\"shared\":false,");
        assertThat(run("fleet").code()).isEqualTo(ExitStatus.USAGE);
    }

    private Run run(String... words) {
        var args = new ArrayList<>(List.of(words));
        args.addAll(List.of("--dir", dir.toString()));
        return Run.of(args.toArray(String[]::new));
    }
}
