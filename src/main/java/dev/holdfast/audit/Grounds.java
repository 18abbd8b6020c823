package dev.holdfast.audit;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The host as auditors see it; tests give them another. Paths are absolute, from the host's root. Implementations bound
 * what they read; thread-safe.
 */
public interface Grounds {
    /** Of what may not be read by us, or at all. */
    long UNKNOWN = -1;

    /** Whether there is a regular file, links followed within the root. */
    boolean isFile(String path);

    /**
     * A file's lines, without their ends; bytes that are no UTF-8 as U+FFFD.
     *
     * @throws IOException when it is not there, unreadable, or larger than 8 MiB
     */
    List<String> lines(String path) throws IOException;

    /** Paths that fit a glob of one host path, such as {@code /etc/php/*}{@code /fpm/php-fpm.conf}; sorted as bytes. */
    List<String> glob(String pattern);

    /** Bytes of memory that the host has; {@link #UNKNOWN}. */
    long memory();

    /** Bytes of swap space; {@link #UNKNOWN}. */
    long swap();

    /** Processors. */
    int processors();

    /** A kernel setting such as {@code vm.overcommit_memory}; empty: unknown. */
    String sysctl(String name);

    /** Processes that run now, but kernel threads. */
    List<Running> running();

    /** Descriptors that a process may have open, its soft limit; {@link #UNKNOWN}, {@link Long#MAX_VALUE}: unlimited. */
    long descriptors(int pid);

    /** What the configuration file of Holdfast says of the audit, such as {@code php_fpm.config}; empty: nothing. */
    Map<String, String> told();

    /**
     * Asks a running program, such as a database's client; only for what reading cannot tell.
     *
     * @return its standard output, bounded; empty: it could not be run, failed, or took over 10 s
     */
    String ask(List<String> command);

    /**
     * A process.
     *
     * @param command its arguments, as /proc/PID/cmdline has them
     * @param pss bytes, shared pages in parts; {@link #UNKNOWN}
     */
    record Running(int pid, int parent, String name, List<String> command, String user, String group, long pss) {
        public Running {
            command = List.copyOf(command);
        }
    }
}
