package dev.holdfast.linux;

/** The numbers of one /proc/PID/stat (proc_pid_stat(5)), read in place: parsing allocates nothing. */
final class StatLine {
    /** Counted from the state, which is 0 and no number: field N of the manual page is N - 3 here. */
    private final long[] fields = new long[50];

    private char state;

    /** Where the name in parentheses ends: behind it, numbers alone. A name has 64 bytes at most, a pid 10. */
    private static final int NAME_ENDS = 100;

    /** The last of those that tell a process at rest from another program in it. */
    static final int STACK = 25;

    /** Of those up to {@link #STACK} the ones that anybody asks for; a bit each. */
    private static final int ASKED = 1 << 1
            | 1 << 3
            | 1 << 6
            | 1 << 11
            | 1 << 12
            | 1 << 13
            | 1 << 14
            | 1 << 17
            | 1 << 19
            | 1 << 21
            | 1 << 23
            | 1 << STACK;

    private int nameEnd;

    /** @param n bytes of {@code text} that hold the line, more than 0 */
    void parse(byte[] text, int n) {
        parse(text, n, fields.length - 1);
    }

    /** As far as {@link #STACK}, and of that no more than is asked for: thousands are read at a look. */
    void parseFirst(byte[] text, int n) {
        int at = begin(text, n);
        for (int field = 1; field <= STACK; field++) {
            if ((ASKED >> field & 1) != 0) {
                long value = 0;
                for (byte c = text[at]; c >= '0'; c = text[++at]) {
                    value = value * 10 + c - '0';
                }
                fields[field] = value;
            } else {
                while (text[at] > ' ') {
                    at++;
                }
            }
            at++;
        }
    }

    private void parse(byte[] text, int n, int last) {
        int at = begin(text, n);
        for (int field = 1; field <= last; field++) {
            at = number(text, at, n, field);
        }
    }

    /** Reads the state; where the first number is. */
    private int begin(byte[] text, int n) {
        // The command may contain spaces and parentheses: fields are counted from the last one.
        int at = Math.min(n - 1, NAME_ENDS);
        while (at > 0 && text[at] != ')') {
            at--;
        }
        nameEnd = at;
        state = (char) text[at + 2];
        return at + 4;
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

    /** Of children that it has waited for, and of theirs. */
    long waitedTicks() {
        return fields[13] + fields[14];
    }

    long threads() {
        return fields[17];
    }

    long startTicks() {
        return fields[19];
    }

    long rssBytes() {
        return fields[21] * PageSize.BYTES;
    }

    /**
     * Another number when another program was executed: out of its name and of where its code and its stack lie, which
     * is random, where we may know that.
     */
    long program(byte[] text) {
        long hash = fields[23] * 31 + fields[STACK];
        for (int i = 0; i < nameEnd; i++) {
            hash = hash * 31 + text[i];
        }
        return hash;
    }

    int waitStatus() {
        return (int) fields[49];
    }
}
