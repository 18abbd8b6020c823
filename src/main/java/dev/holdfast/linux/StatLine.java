package dev.holdfast.linux;

/** The numbers of one /proc/PID/stat (proc_pid_stat(5)), read in place: parsing allocates nothing. */
final class StatLine {
    /** Counted from the state, which is 0 and no number: field N of the manual page is N - 3 here. */
    private final long[] fields = new long[50];

    private char state;

    /** @param n bytes of {@code text} that hold the line, more than 0 */
    void parse(byte[] text, int n) {
        // The command may contain spaces and parentheses: fields are counted from the last one.
        int at = n - 1;
        while (at > 0 && text[at] != ')') {
            at--;
        }
        state = (char) text[at + 2];
        at += 4;
        for (int field = 1; field < fields.length; field++) {
            at = number(text, at, n, field);
        }
    }

    /** Reads the number that begins at {@code at}; where the next one does. A few fields fill 64 bits: none of ours. */
    private int number(byte[] text, int at, int end, int field) {
        boolean negative = at < end && text[at] == '-';
        int i = negative ? at + 1 : at;
        long value = 0;
        while (i < end && text[i] >= '0' && text[i] <= '9') {
            value = value * 10 + text[i++] - '0';
        }
        fields[field] = negative ? -value : value;
        return i + 1;
    }

    char state() {
        return state;
    }

    int ppid() {
        return (int) fields[1];
    }

    int session() {
        return (int) fields[3];
    }

    boolean kernel() {
        return (fields[6] & 0x200000) != 0; // PF_KTHREAD
    }

    long cpuTicks() {
        return fields[11] + fields[12];
    }

    long threads() {
        return fields[17];
    }

    long startTicks() {
        return fields[19];
    }

    long rssBytes() {
        return fields[21] * 4096;
    }

    int waitStatus() {
        return (int) fields[49];
    }
}
