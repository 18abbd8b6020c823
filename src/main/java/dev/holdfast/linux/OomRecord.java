package dev.holdfast.linux;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One record of the kernel's log that tells of a kill for want of memory, of the host or of a control group (of either
 * version), as __oom_kill_process in mm/oom_kill.c writes it since Linux 4.19.
 *
 * @param pid as the first pid namespace has it
 * @param atMicros on the clock of the log
 */
record OomRecord(int pid, long atMicros) {
    /**
     * Priority and facility, sequence, time; then flags, which are not looked at (Documentation/ABI/testing/dev-kmsg). A
     * program that writes to the log cannot have facility 0, and what a victim is called comes after its pid.
     */
    private static final Pattern RECORD = Pattern.compile(
            "([0-7]),\\d+,(\\d{1,18}),[^;]*;(?:Memory cgroup out|Out) of memory[^:]*: Killed process (\\d{1,9}) \\(.*",
            Pattern.DOTALL);

    /** @return empty when it tells of something else */
    static Optional<OomRecord> parse(String record) {
        Matcher m = RECORD.matcher(record);
        return m.matches()
                ? Optional.of(new OomRecord(Integer.parseInt(m.group(3)), Long.parseLong(m.group(2))))
                : Optional.empty();
    }
}
