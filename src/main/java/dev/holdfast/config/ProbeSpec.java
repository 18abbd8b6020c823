package dev.holdfast.config;

import dev.holdfast.unit.Threshold;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code probes:}, with every default filled in.
 *
 * @param check what is asked
 * @param every from one look's begin to the next one's
 * @param timeout without an answer for so long it is down
 * @param warning any of these; those that compare have a subject
 * @param critical as {@code warning}; one of both says when it is down
 * @param recover in order
 * @param alert channels
 */
public record ProbeSpec(
        String name,
        Check check,
        Duration every,
        Duration timeout,
        List<Threshold> warning,
        List<Threshold> critical,
        List<RecoverSpec> recover,
        List<String> alert) {
    /** That of {@link Threshold.Lasting}. */
    public static final String DOWN = "down";

    /** What is asked. */
    public sealed interface Check {
        /** What it measures, as thresholds name it. */
        Set<String> subjects();

        /** What a threshold means that names nothing; null: it has to. */
        default @Nullable String subject() {
            return null;
        }

        /** In one line. */
        String words();

        /**
         * @param expectStatus null: any 2xx or 3xx
         * @param body pattern (RE2); null: it is not read
         * @param ca file of certificates; null: the usual ones
         * @param verify false: any certificate will do
         */
        record Http(
                URI url,
                @Nullable Integer expectStatus,
                @Nullable String body,
                SortedMap<String, String> headers,
                @Nullable String ca,
                boolean verify)
                implements Check {
            @Override
            public Set<String> subjects() {
                return isSecure() ? Set.of("latency", "certificate") : Set.of("latency");
            }

            public boolean isSecure() {
                return url.getScheme().equals("https");
            }

            @Override
            public String words() {
                return "http " + url.getScheme() + "://" + url.getRawAuthority().replaceFirst(".*@", "")
                        + (url.getRawPath() == null ? "" : url.getRawPath());
            }
        }

        record Tcp(String host, int port) implements Check {
            @Override
            public Set<String> subjects() {
                return Set.of("latency");
            }

            @Override
            public String words() {
                return "tcp " + host + ":" + port;
            }
        }

        /**
         * @param user name or number; null: the daemon's own
         * @param group name or number; null: the user's
         * @param exitCodes that are well
         * @param value pattern (RE2) whose first group is the number
         */
        record Exec(
                CommandSpec command,
                @Nullable String user,
                @Nullable String group,
                Set<Integer> exitCodes,
                @Nullable String value)
                implements Check {
            @Override
            public Set<String> subjects() {
                return Set.of("latency", "value");
            }

            @Override
            public String subject() {
                return "value";
            }

            @Override
            public String words() {
                return "exec " + String.join(" ", Redacted.argv(command.argv()));
            }
        }

        /**
         * @param list key whose length is asked; null: only PING
         * @param database 0 to 65535
         */
        record Redis(
                String host,
                int port,
                @Nullable String list,
                @Nullable String user,
                @Nullable String password,
                int database)
                implements Check {
            @Override
            public Set<String> subjects() {
                return list == null ? Set.of("latency") : Set.of("latency", "length");
            }

            @Override
            public @Nullable String subject() {
                return list == null ? null : "length";
            }

            @Override
            public String words() {
                return "redis " + host + ":" + port + (list == null ? "" : " " + list);
            }

            /** Without the password. */
            @Override
            public String toString() {
                return words() + (user == null ? "" : " as " + user) + " database " + database;
            }
        }

        record File(String path) implements Check {
            @Override
            public Set<String> subjects() {
                return Set.of("age", "size");
            }

            @Override
            public String words() {
                return "file " + path;
            }
        }
    }
}
