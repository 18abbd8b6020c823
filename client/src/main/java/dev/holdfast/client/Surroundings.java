package dev.holdfast.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What Holdfast says to a program that it runs, by environment variables. Null: not said.
 *
 * @param instance HOLDFAST_INSTANCE: which start of the program this is; null: it does not run under Holdfast
 * @param process HOLDFAST_PROCESS: its name in the configuration
 * @param replica HOLDFAST_REPLICA, from 0
 * @param port HOLDFAST_PORT
 * @param socket HOLDFAST_SOCKET: where the daemon is asked
 * @param stop HOLDFAST_STOP_SECONDS: from the signal to end until SIGKILL
 */
public record Surroundings(
        @Nullable String instance,
        @Nullable String process,
        @Nullable Integer replica,
        @Nullable Integer port,
        @Nullable Path socket,
        @Nullable Duration stop) {
    /** Of this JVM. */
    public static Surroundings here() {
        return of(System.getenv());
    }

    /** @throws IllegalArgumentException for a number that is none: somebody else has set it */
    public static Surroundings of(Map<String, String> environment) {
        String socket = text(environment, "HOLDFAST_SOCKET");
        return new Surroundings(
                text(environment, "HOLDFAST_INSTANCE"),
                text(environment, "HOLDFAST_PROCESS"),
                whole(environment, "HOLDFAST_REPLICA"),
                whole(environment, "HOLDFAST_PORT"),
                socket == null ? null : Path.of(socket),
                seconds(environment, "HOLDFAST_STOP_SECONDS"));
    }

    /** Whether Holdfast runs this program. */
    public boolean held() {
        return instance != null;
    }

    /** A name for a worker: its process and replica where it has them; pid and host tell it from others. */
    String worker() {
        String name = (process == null ? "java" : process + "." + Objects.requireNonNullElse(replica, 0)) + "-"
                + ProcessHandle.current().pid();
        String host = host();
        return host.isEmpty() ? name : name + "@" + host;
    }

    /** Without asking any DNS; empty: not known. */
    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.ISO_8859_1)
                    .strip();
        } catch (IOException e) { // no Linux
            return Objects.requireNonNullElse(System.getenv("HOSTNAME"), "");
        }
    }

    private static @Nullable String text(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    private static @Nullable Integer whole(Map<String, String> environment, String name) {
        String value = text(environment, name);
        if (value != null && !value.matches("\\d{1,9}")) {
            throw new IllegalArgumentException(name + " is no whole number: " + value);
        }
        return value == null ? null : Integer.valueOf(value);
    }

    private static @Nullable Duration seconds(Map<String, String> environment, String name) {
        String value = text(environment, name);
        if (value != null && !value.matches("\\d{1,9}(\\.\\d{1,9})?")) {
            throw new IllegalArgumentException(name + " is no number of seconds: " + value);
        }
        return value == null ? null : Duration.ofNanos(Math.round(Double.parseDouble(value) * 1e9));
    }
}
