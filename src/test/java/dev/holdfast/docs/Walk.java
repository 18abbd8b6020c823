package dev.holdfast.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.daemon.Packed;
import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Does what a page says, from its first block to its last, in a directory of its own: writes its files, loads its
 * configurations, starts its daemon, runs its commands and compares what they print. One thread uses it.
 */
final class Walk implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofMinutes(3);

    /** The channel that fragments tell. */
    private static final String OPS = "alerts: { channels: { ops: { type: exec, command: [tell] } } }\n";

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");

    private final Page page;
    private final Path dir;
    private final Map<String, String> places = new LinkedHashMap<>();
    private final Map<String, String> environment;
    private final Shell shell;
    private final List<String> lacking = new ArrayList<>();
    private @Nullable Process daemon;

    Walk(Page page, Path dir, Path repository) throws IOException {
        this.page = page;
        this.dir = dir;
        Path home = dir.resolve("holdfast.d");
        // Where a daemon of root keeps things, and where this one does.
        places.put("/run/holdfast/", home + "/run/");
        places.put("/var/lib/holdfast/", home + "/state/");
        places.put("/var/log/holdfast/", home + "/log/");
        places.put("/etc/holdfast/", dir + "/etc/");
        places.put("/tmp/holdfast-quickstart", dir + "/quickstart");
        places.put("127.0.0.1:9180", "127.0.0.1:" + Ports.free());
        Path bin = Files.createDirectories(dir.resolve("bin.d"));
        Path holdfast = bin.resolve("holdfast");
        Files.writeString(holdfast, "#!/bin/sh\nexec " + String.join(" ", java()) + " \"$@\"\n");
        Files.setPosixFilePermissions(holdfast, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(dir.resolve("holdfast"), holdfast);
        Files.createDirectories(dir.resolve("etc"));
        copy(repository.resolve("examples"), dir.resolve("examples"));
        environment = Map.of(
                "HOLDFAST_DIR",
                home.toString(),
                "PATH",
                bin + ":" + System.getenv("PATH"),
                "NO_COLOR",
                "1",
                "COLUMNS",
                "200",
                "LC_ALL",
                "C.UTF-8",
                "QUICKSTART_DIR",
                dir + "/quickstart");
        shell = new Shell(dir, environment);
    }

    /** Holdfast out of the tests' own classes; the test kernel names ./holdfast, whose linked image starts faster. */
    private static List<String> java() {
        String launcher = System.getProperty("holdfast.test.launcher");
        String modules = System.getProperty("jdk.module.path");
        String classes = System.getProperty("java.class.path");
        if (launcher != null) {
            return List.of(launcher);
        }
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(Packed.options(modules == null ? classes : modules + ":" + classes));
        command.add("dev.holdfast.daemon.Main");
        return command;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path p : (Iterable<Path>) all::iterator) {
                Files.copy(p, to.resolve(from.relativize(p).toString()));
            }
        }
    }

    /** What of the page could not be done here, and for want of what. */
    List<String> lacking() {
        return lacking;
    }

    void go() throws IOException, InterruptedException {
        for (Page.Block block : page.blocks()) {
            if (block.has("name")) {
                write(block);
            }
            if (block.language().equals("yaml") && !block.has("of")) {
                load(block);
            }
            if (block.commands() && !block.has("name") && !block.has("not-here") && !block.has("tested-by")) {
                String missing = block.has("needs") ? missing(block.mark("needs")) : "";
                if (missing.isEmpty()) {
                    run(block);
                } else {
                    lacking.add(at(block.line()) + " needs " + missing);
                }
            }
        }
    }

    private String at(int line) {
        return page.file() + ":" + line;
    }

    private String here(String text) {
        String all = text;
        for (Map.Entry<String, String> place : places.entrySet()) {
            all = all.replace(place.getKey(), place.getValue());
        }
        return all;
    }

    private void write(Page.Block block) throws IOException {
        Path file = dir.resolve(here(block.mark("name"))).normalize();
        assertThat(file.startsWith(dir)).as(at(block.line())).isTrue();
        Files.createDirectories(file.getParent());
        Files.writeString(file, here(block.text()));
        Files.setPosixFilePermissions(
                file, PosixFilePermissions.fromString(block.commands() ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private void load(Page.Block block) throws IOException {
        String text = block.text();
        if (!text.contains("version: 1")) {
            text += String.join("\n", block.beside()) + "\nversion: 1\n";
            text += text.matches("(?s)(.*\n)?alerts:.*") ? "" : OPS;
        }
        Path file = Files.writeString(dir.resolve("fragment.yaml"), here(text));
        assertThat(new ConfigLoader(variables(text), false).load(file))
                .as(at(block.line()))
                .isInstanceOf(Loaded.Sound.class);
        Files.delete(file);
    }

    /** What the file has of its environment, whatever that is. */
    private Map<String, String> variables(String text) {
        var variables = new TreeMap<String, String>();
        VARIABLE.matcher(text).results().forEach(v -> variables.put(v.group(1), "value"));
        variables.put("PWD", dir.toString());
        return variables;
    }

    private String missing(String needs) throws IOException, InterruptedException {
        for (String need : needs.split(",", -1)) {
            boolean there = need.equals("root")
                    ? shell.run("id -u").lines().equals(List.of("0"))
                    : shell.run("command -v " + need).exit() == 0;
            if (!there) {
                return need;
            }
        }
        return "";
    }

    private void run(Page.Block block) throws IOException, InterruptedException {
        if (!block.language().equals("console")) {
            Shell.Ran ran = shell.script(here(block.text()));
            assertThat(ran.exit())
                    .as(at(block.line()) + " printed " + ran.lines())
                    .isZero();
            return;
        }
        List<Turn> turns = Turn.of(block.lines(), block.line() + 1);
        if (block.has("in-background")) {
            assertThat(turns).as(at(block.line())).hasSize(1);
            start(turns.getFirst(), block.has("numbers-vary"));
            return;
        }
        for (Turn turn : turns) {
            run(turn, block.has("until"), block.has("numbers-vary"));
        }
    }

    private void run(Turn turn, boolean until, boolean numbersVary) throws IOException, InterruptedException {
        var shown = new Turn(
                turn.line(),
                turn.command(),
                turn.shown().stream().map(this::here).toList());
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            Shell.Ran ran = shell.run(here(turn.command()));
            boolean good = shown.matches(ran.lines(), numbersVary) && (!turn.saysNothing() || ran.exit() == 0);
            if (good) {
                return;
            }
            if (!until || System.nanoTime() > end) {
                throw new AssertionError(at(turn.line()) + ": " + turn.command() + "\nis shown as\n  "
                        + String.join("\n  ", shown.shown()) + "\nand ended with " + ran.exit() + " after\n  "
                        + String.join("\n  ", ran.lines()) + "\nthe daemon said\n" + daemonOutput());
            }
        }
    }

    private void start(Turn turn, boolean numbersVary) throws IOException, InterruptedException {
        Process before = daemon;
        if (before != null) {
            await(at(turn.line()) + " is a second daemon: the first one's end")
                    .atMost(DEADLINE)
                    .until(() -> !before.isAlive());
        }
        Files.deleteIfExists(output());
        var builder = new ProcessBuilder("bash", "-c", here(turn.command()))
                .directory(Path.of(shell.run("pwd").lines().getFirst()).toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output().toFile());
        builder.environment().putAll(environment);
        Process started = builder.start();
        daemon = started;
        var shown = new ArrayList<>(turn.shown().stream().map(this::here).toList());
        shown.add("...");
        var wanted = new Turn(turn.line(), turn.command(), shown);
        await().atMost(DEADLINE)
                .failFast(() -> {
                    if (!started.isAlive()) {
                        throw new AssertionError(at(turn.line()) + " has ended:\n" + daemonOutput());
                    }
                })
                .untilAsserted(() -> {
                    assertThat(Files.exists(dir.resolve("holdfast.d/run/holdfast.sock")))
                            .as(() -> "the socket\n" + daemonOutput())
                            .isTrue();
                    assertThat(wanted.matches(daemonOutput().lines().toList(), numbersVary))
                            .as(() -> at(turn.line()) + " shows\n" + String.join("\n", shown) + "\nand it says\n"
                                    + daemonOutput())
                            .isTrue();
                });
    }

    private Path output() {
        return dir.resolve("daemon.out");
    }

    private String daemonOutput() {
        try {
            return Files.exists(output()) ? Files.readString(output()) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Ends the daemon, and says when it did not end well. */
    @Override
    public void close() {
        shell.close();
        Process started = daemon;
        if (started == null || !started.isAlive()) {
            return;
        }
        started.destroy();
        boolean ended;
        try {
            ended = started.waitFor(60, TimeUnit.SECONDS);
            if (!ended) {
                started.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(ended).as("the daemon's end\n" + daemonOutput()).isTrue();
        assertThat(started.exitValue()).as(daemonOutput()).isZero();
    }
}
