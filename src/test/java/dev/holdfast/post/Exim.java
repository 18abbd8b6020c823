package dev.holdfast.post;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Debian's Exim on a loopback port, in the foreground, with a spool of its own: takes mail after STARTTLS and a login. */
public final class Exim implements AutoCloseable {
    private final Path dir;
    private final int port;
    private Process process;

    private Exim(Path dir, int port) throws IOException, InterruptedException {
        this.dir = dir;
        this.port = port;
        this.process = spawn();
    }

    /** Skips the test where there is none. */
    public static Exim start() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/exim4")), "exim4-daemon-light is not installed");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
        assumeTrue(run("id", "-u", "Debian-exim") == 0 && run("test", "-w", "/etc/shadow") == 0, "exim4 needs root");
        Path dir = Files.createTempDirectory("exim");
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String d : List.of("spool", "log", "mail")) {
            Files.setPosixFilePermissions(
                    Files.createDirectory(dir.resolve(d)), PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        assumeTrue(
                run(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "rsa:2048",
                                "-nodes",
                                "-keyout",
                                dir + "/key.pem",
                                "-out",
                                dir + "/cert.pem",
                                "-days",
                                "2",
                                "-subj",
                                "/CN=localhost")
                        == 0,
                "openssl makes no certificate");
        Files.setPosixFilePermissions(dir.resolve("key.pem"), PosixFilePermissions.fromString("rw-r--r--"));
        int port = Ports.free();
        Files.writeString(
                dir.resolve("exim.conf"), """
                primary_hostname = mail.example.org
                spool_directory = DIR/spool
                log_file_path = DIR/log/%slog
                pid_file_path = DIR/spool/pid
                local_interfaces = 127.0.0.1
                daemon_smtp_ports = PORT
                qualify_domain = example.org
                tls_advertise_hosts = *
                tls_certificate = DIR/cert.pem
                tls_privatekey = DIR/key.pem
                acl_smtp_rcpt = rcpt
                acl_smtp_data = accept
                host_lookup =
                rfc1413_hosts =
                begin acl
                rcpt:
                  require message = authenticate first
                          authenticated = *
                  deny local_parts = nobody
                       message = no such user
                  accept
                begin routers
                all:
                  driver = accept
                  transport = files
                begin transports
                files:
                  driver = appendfile
                  directory = DIR/mail
                  user = Debian-exim
                begin authenticators
                plain:
                  driver = plaintext
                  public_name = PLAIN
                  server_advertise_condition = ${if def:tls_in_cipher}
                  server_prompts = :
                  server_condition = ${if and{{eq{$auth2}{holdfast}}{eq{$auth3}{right}}}}
                  server_set_id = $auth2
                """.replace("DIR", dir.toString()).replace("PORT", Integer.toString(port)));
        return new Exim(dir, port);
    }

    private Process spawn() throws IOException, InterruptedException {
        Process p = new ProcessBuilder("/usr/sbin/exim4", "-C", dir + "/exim.conf", "-bdf")
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("out").toFile())
                .start();
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); System.nanoTime() < end; ) {
            try (var s = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (s.getInputStream().read() == '2') {
                    return p;
                }
            } catch (IOException notYet) {
                if (p.waitFor(50, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        }
        p.destroyForcibly();
        throw new IOException("exim does not listen: " + Files.readString(dir.resolve("out")));
    }

    public int port() {
        return port;
    }

    /** As if the server had died. */
    public void stop() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    public void again() throws IOException, InterruptedException {
        process = spawn();
    }

    /** What was delivered so far, as it lies there. */
    public List<String> mails() {
        try (Stream<Path> all = Files.list(dir.resolve("mail"))) {
            return all.filter(f -> f.getFileName().toString().startsWith("q"))
                    .sorted()
                    .map(f -> {
                        try {
                            return Files.readString(f);
                        } catch (IOException e) {
                            return "";
                        }
                    })
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        try (Stream<Path> all = Files.walk(dir)) {
            all.sorted(java.util.Comparator.reverseOrder())
                    .forEach(f -> f.toFile().delete());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
