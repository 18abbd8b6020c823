package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.config.ProbeSpec.Check;
import dev.holdfast.probe.Sample;
import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Probes of Debian's nginx, and of commands that print much or are another user's. */
@Tag("process")
@Timeout(180)
class ProbedServersTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final Duration PATIENT = Duration.ofSeconds(20);

    @TempDir
    Path home;

    private static Check.Http http(String url, @Nullable Integer status, @Nullable String body, @Nullable String ca) {
        return new Check.Http(
                URI.create(url), status, body, Collections.unmodifiableSortedMap(new TreeMap<>()), ca, true);
    }

    private Process nginx(int plain, int secure) throws IOException {
        DaemonUnderTest.runPlain(List.of(
                "/usr/bin/openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "20",
                "-subj",
                "/CN=127.0.0.1",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                home.resolve("key.pem").toString(),
                "-out",
                home.resolve("cert.pem").toString()));
        Files.writeString(home.resolve("hello.txt"), "hello from nginx\n");
        Path conf = Files.writeString(home.resolve("nginx.conf"), """
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log error.log;
                events { worker_connections 64; }
                http {
                  access_log off;
                  client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
                  server {
                    listen 127.0.0.1:%d;
                    listen 127.0.0.1:%d ssl;
                    ssl_certificate %s/cert.pem;
                    ssl_certificate_key %s/key.pem;
                    root %s;
                    location = /busy { return 503; }
                    location = /moved { return 301 /hello.txt; }
                  }
                }
                """.formatted(plain, secure, home, home, home));
        return new ProcessBuilder("/usr/sbin/nginx", "-p", home + "/", "-e", "stderr", "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("nginx.out").toFile())
                .start();
    }

    @Test
    void nginxIsJudgedByStatusBodyTimeAndTheDaysOfItsCertificate() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nginx")), "no nginx here");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl here");
        int port = Ports.free();
        int secure = Ports.free();
        Process nginx = nginx(port, secure);
        try {
            String url = "http://127.0.0.1:" + port;
            await().atMost(SOON)
                    .until(() -> Asking.http(http(url + "/hello.txt", null, null, null), PATIENT)
                            .up());
            Sample well = Asking.http(http(url + "/hello.txt", 200, "from n.inx", null), PATIENT);
            assertThat(well.up()).as(well.detail()).isTrue();
            assertThat(well.values().get("latency")).isPositive().isLessThan(20);
            assertThat(Asking.http(http(url + "/hello.txt", 200, "apache", null), PATIENT)
                            .up())
                    .isFalse();
            assertThat(Asking.http(http(url + "/busy", null, null, null), PATIENT)
                            .detail())
                    .contains("503");
            assertThat(Asking.http(http(url + "/busy", 503, null, null), PATIENT)
                            .up())
                    .isTrue();
            assertThat(Asking.http(http(url + "/gone", null, null, null), PATIENT)
                            .up())
                    .isFalse();
            assertThat(Asking.http(http(url + "/moved", 301, null, null), PATIENT)
                            .up())
                    .isTrue();

            String https = "https://127.0.0.1:" + secure + "/hello.txt";
            double days = Duration.ofDays(20).toSeconds();
            Sample untrusted = Asking.http(http(https, null, null, null), PATIENT);
            assertThat(untrusted.up()).isFalse();
            assertThat(untrusted.values().get("certificate")).isBetween(days - 3600, days + 3600);
            Sample trusted = Asking.http(
                    http(https, 200, "hello", home.resolve("cert.pem").toString()), PATIENT);
            assertThat(trusted.up()).as(trusted.detail()).isTrue();
        } finally {
            nginx.destroy();
            assertThat(nginx.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(Asking.http(http("http://127.0.0.1:" + port + "/", null, null, null), PATIENT)
                        .up())
                .isFalse();
    }

    /** Neither much output nor /dev/stderr is its error; it runs as whom it is to. */
    @Test
    void aCommandMayPrintWhatItLikesAsWhomItIsTo() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may change users");
        Path script = home.resolve("check");
        Files.writeString(script, """
                #!/bin/sh
                set -e
                echo first >/dev/stderr
                i=0
                while [ $i -lt 3000 ]; do
                    echo 'line line line line line line line line line line line line line'
                    i=$((i + 1))
                done
                echo again >/dev/stdout
                echo "uid=$(id -u) gid=$(id -g)"
                """);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                probes:
                  loud:
                    exec: { command: [%s], user: "65534", group: "65533", value: "uid=([0-9]+) gid=65533" }
                    every: 1s
                    timeout: 30s
                    warning: "> 60000"
                """.formatted(script))) {
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("probe loud is warning: value is 65534"));
            assertThat(daemon.daemonOutput()).doesNotContain("critical");
        }
    }

    @Test
    void aUserThatIsNotThereIsRefusedWhereItIsWritten() throws IOException {
        Path file = Files.writeString(home.resolve("holdfast.yaml"), """
                version: 1
                probes:
                  loud:
                    exec: { command: ["true"], user: nobody-of-that-name }
                """);
        var asked = DaemonUnderTest.command(home, "check", "--host", file.toString());
        assertThat(asked.exit()).isNotZero();
        assertThat(asked.out() + asked.err()).contains("probes.loud.exec.user").contains("holdfast.yaml:4:");
    }
}
