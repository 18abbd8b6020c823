package dev.holdfast.daemon;

import static org.awaitility.Awaitility.await;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A real daemon in a JVM of its own, in a directory of its own, driven by the real command line. */
final class DaemonUnderTest implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofMinutes(5);

    private final Path home;
    private final List<String> prefix;
    private final List<String> java;
    private Process process;

    /** What a command printed and how it ended. */
    record Ran(int exit, String out, String err) {}

    private DaemonUnderTest(Path home, List<String> prefix, List<String> java) {
        this.home = home;
        this.prefix = prefix;
        this.java = java;
        this.process = spawn();
    }

    /** Writes {@code yaml} into {@code home} and starts a daemon with it; returns when it answers. */
    static DaemonUnderTest up(Path home, String yaml) {
        return up(home, yaml, List.of());
    }

    /** As {@link #up(Path, String)}, run by the command {@code prefix}, such as unshare or setpriv. */
    static DaemonUnderTest up(Path home, String yaml, List<String> prefix) {
        write(home.resolve("holdfast.yaml"), yaml);
        var daemon = new DaemonUnderTest(home, prefix, java());
        daemon.awaitAnswer();
        return daemon;
    }

    /** Starts a daemon with the file that lies in {@code home}, by {@code prefix}, out of the classes at {@code path}. */
    static DaemonUnderTest startAs(Path home, List<String> prefix, String path) {
        var daemon = new DaemonUnderTest(home, prefix, java(path));
        daemon.awaitAnswer();
        return daemon;
    }

    /** Starts a daemon with the file that lies in {@code home}, by the command {@code java}. */
    static DaemonUnderTest startWith(Path home, List<String> java) {
        var daemon = new DaemonUnderTest(home, List.of(), java);
        daemon.awaitAnswer();
        return daemon;
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path home() {
        return home;
    }

    long pid() {
        return process.pid();
    }

    /** The daemon dies as by a crash; its children must not notice. */
    void kill9() {
        process.destroyForcibly();
        join();
    }

    /** Starts the next daemon in the same directory. */
    void upAgain() {
        process = spawn();
        awaitAnswer();
    }

    int join() {
        try {
            if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the daemon did not end within " + DEADLINE + "\n" + daemonOutput());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void signal(String name) {
        runPlain(List.of("kill", "-" + name, Long.toString(process.pid())));
    }

    String daemonOutput() {
        return read(home.resolve("daemon.out"));
    }

    /** As {@link #cli}, within this JVM where that comes to the same: one for each costs more than most of what is asked. */
    Ran ask(String... args) {
        return prefix.isEmpty() && java.equals(java()) && CommandHere.canRun(args)
                ? CommandHere.run(home, args)
                : cli(args);
    }

    /** The command line as people have it. */
    Ran cli(String... args) {
        var command = new ArrayList<String>();
        command.addAll(prefix.stream().anyMatch(p -> p.contains("setpriv")) ? prefix : List.of());
        command.addAll(java);
        command.add("--dir");
        command.add(home.toString());
        command.addAll(List.of(args));
        return runPlain(command);
    }

    /** A command where no daemon need be. */
    static Ran command(Path home, String... args) {
        var command = new ArrayList<>(java());
        command.addAll(List.of("--dir", home.toString()));
        command.addAll(List.of(args));
        return runPlain(command);
    }

    static Ran runPlain(List<String> command) {
        return runPlain(command, DEADLINE);
    }

    static Ran runPlain(List<String> command, Duration longest) {
        try {
            Path out = Files.createTempFile("hf-out", "");
            Path err = Files.createTempFile("hf-err", "");
            Process p = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .start();
            if (!p.waitFor(longest.toSeconds(), TimeUnit.SECONDS)) {
                p.destroyForcibly();
                throw new AssertionError(command + " did not end within " + longest + ": " + read(out) + read(err));
            }
            var ran = new Ran(p.exitValue(), read(out), read(err));
            Files.delete(out);
            Files.delete(err);
            return ran;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the daemon says of one replica, asked from this JVM. */
    Status.Replica replica(String name) {
        return replicas().stream()
                .filter(r -> r.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + name));
    }

    List<Status.Replica> replicas() {
        try {
            return new Client(home.resolve("run/holdfast.sock"))
                    .get("/api/v1/status", Status.class)
                    .replicas();
        } catch (IOException | ControlPort.Refused e) {
            throw new AssertionError("status was not answered\n" + daemonOutput(), e);
        }
    }

    /** Of a replica that runs. */
    int pidOf(String name) {
        Integer pid = replica(name).pid();
        if (pid == null) {
            throw new AssertionError(name + " has no pid\n" + daemonOutput());
        }
        return pid;
    }

    void awaitState(String name, String state) {
        await().atMost(DEADLINE).until(() -> replica(name).state(), state::equals);
    }

    /** Waits until the replica is up with another pid than {@code before}. */
    void awaitAnother(String name, int before) {
        await().atMost(DEADLINE).until(() -> {
            Status.Replica r = replica(name);
            Integer pid = r.pid();
            return r.state().equals("up") && pid != null && pid != before;
        });
    }

    /** The lines of a replica's log, without their heads. */
    List<String> logged(String file) {
        return read(home.resolve("log").resolve(file))
                .lines()
                .map(l -> l.replaceFirst("^\\S+ \\S+ [FP]\\S* ", ""))
                .toList();
    }

    static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty when the process is gone meanwhile. */
    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    /** Pids of this host whose environment or command line carries {@code marker}. */
    static List<Long> carrying(String marker) {
        return pids(proc -> (text(proc.resolve("environ")) + text(proc.resolve("cmdline"))).contains(marker));
    }

    /** Pids of this host that were executed under this very name. */
    static List<Long> named(String argv0) {
        return pids(proc -> text(proc.resolve("cmdline")).startsWith(argv0 + "\0"));
    }

    private static List<Long> pids(Predicate<Path> wanted) {
        var found = new ArrayList<Long>();
        try (Stream<Path> procs = Files.list(Path.of("/proc"))) {
            for (Path proc : (Iterable<Path>) procs::iterator) {
                String name = proc.getFileName().toString();
                if (name.chars().allMatch(Character::isDigit) && wanted.test(proc)) {
                    found.add(Long.parseLong(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Ends the daemon the gentle way, and by force when that fails, so that no test leaves a process behind. */
    @Override
    public void close() {
        if (process.isAlive()) {
            signal("TERM");
            try {
                if (!process.waitFor(60, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Process spawn() {
        var command = new ArrayList<>(prefix);
        command.addAll(java);
        command.addAll(List.of(
                "--dir", home.toString(), "up", home.resolve("holdfast.yaml").toString()));
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            home.resolve("daemon.out").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> command(List<String> prefix, String... args) {
        var command = new ArrayList<>(prefix);
        command.addAll(java());
        command.addAll(List.of(args));
        return command;
    }

    /** The test kernel names ./holdfast: its linked image starts three times as fast, which an emulated CPU needs. */
    static List<String> java() {
        String launcher = System.getProperty("holdfast.test.launcher");
        return launcher == null ? java(classPath()) : List.of(launcher);
    }

    /** Where the tests' own JVM has Holdfast and its libraries from, modules included. */
    static String classPath() {
        String modules = System.getProperty("jdk.module.path");
        String classes = System.getProperty("java.class.path");
        return modules == null ? classes : modules + ":" + classes;
    }

    /** How Holdfast is run out of the classes at {@code path}. */
    static List<String> java(String path) {
        var command = new ArrayList<>(plainJava());
        command.addAll(Packed.options(path));
        command.add("dev.holdfast.daemon.Main");
        return List.copyOf(command);
    }

    static List<String> plainJava() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED");
    }

    private void awaitAnswer() {
        await().atMost(DEADLINE).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("the daemon ended with " + process.exitValue() + "\n" + daemonOutput());
            }
            return Files.exists(home.resolve("run/holdfast.sock"))
                    && ask("status").exit() == 0;
        });
    }
}
