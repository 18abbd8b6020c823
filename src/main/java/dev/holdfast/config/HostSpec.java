package dev.holdfast.config;

import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code host:}, with every default filled in.
 *
 * @param interval from one look to the next
 * @param watches in the order of the file's keys
 * @param recover in order
 * @param alert channels
 */
public record HostSpec(Duration interval, List<Watch> watches, List<RecoverSpec> recover, List<String> alert) {
    /** What is measured. */
    public enum Metric {
        MEMORY,
        CPU,
        LOAD,
        SWAP,
        SWAP_IN,
        DISK,
        INODES,
        OPEN_FILES,
        PRESSURE;

        /** As its key. */
        public String written() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Two levels of one value.
     *
     * @param of the mount point of disk and inodes, or memory, cpu or io of pressure; else empty
     * @param warning null: none
     * @param critical null: none
     * @param window for as long as this, both to begin and to end
     */
    public record Watch(
            Metric metric,
            String of,
            @Nullable Threshold warning,
            @Nullable Threshold critical,
            @KeyName("for") Duration window) {
        /** Unique in a host, such as {@code memory} or {@code disk /}. */
        public String name() {
            return of.isEmpty() ? metric.written() : metric.written() + " " + of;
        }
    }
}
