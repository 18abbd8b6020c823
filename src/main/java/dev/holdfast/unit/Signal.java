package dev.holdfast.unit;

import java.util.Locale;
import java.util.Optional;

/** Signals that a user may name, with their Linux numbers on x86-64 and aarch64 (signal(7)). */
public enum Signal {
    HUP(1),
    INT(2),
    QUIT(3),
    ILL(4),
    TRAP(5),
    ABRT(6),
    BUS(7),
    FPE(8),
    KILL(9),
    USR1(10),
    SEGV(11),
    USR2(12),
    PIPE(13),
    ALRM(14),
    TERM(15),
    STKFLT(16),
    CHLD(17),
    CONT(18),
    STOP(19),
    TSTP(20),
    TTIN(21),
    TTOU(22),
    URG(23),
    XCPU(24),
    XFSZ(25),
    VTALRM(26),
    PROF(27),
    WINCH(28),
    IO(29),
    PWR(30),
    SYS(31),
    /** The first that glibc leaves to programs: it keeps 32 and 33 for its threads (signal(7)). */
    RTMIN(34),
    RTMIN_1(35),
    RTMIN_2(36),
    RTMIN_3(37),
    RTMIN_4(38),
    RTMIN_5(39),
    RTMIN_6(40),
    RTMIN_7(41),
    RTMIN_8(42),
    RTMIN_9(43),
    RTMIN_10(44),
    RTMIN_11(45),
    RTMIN_12(46),
    RTMIN_13(47),
    RTMIN_14(48),
    RTMIN_15(49),
    RTMIN_16(50),
    RTMIN_17(51),
    RTMIN_18(52),
    RTMIN_19(53),
    RTMIN_20(54),
    RTMIN_21(55),
    RTMIN_22(56),
    RTMIN_23(57),
    RTMIN_24(58),
    RTMIN_25(59),
    RTMIN_26(60),
    RTMIN_27(61),
    RTMIN_28(62),
    RTMIN_29(63),
    RTMAX(64);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** As people write it: {@code TERM}, {@code RTMIN+3}. */
    public String written() {
        return name().replace('_', '+');
    }

    /** The signal of that number, or empty for those of the thread library and unknown ones. */
    public static Optional<Signal> ofNumber(int number) {
        for (Signal s : values()) {
            if (s.number == number) {
                return Optional.of(s);
            }
        }
        return Optional.empty();
    }

    /**
     * Reads {@code TERM}, {@code SIGTERM}, {@code term}, {@code 15}, {@code RTMIN+3} or {@code RTMAX-2}; empty when it is
     * none of these.
     */
    public static Optional<Signal> parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        if (name.matches("[0-9]{1,3}")) {
            return ofNumber(Integer.parseInt(name));
        }
        String bare = (name.startsWith("SIG") ? name.substring(3) : name).replace('+', '_');
        if (bare.matches("RTMAX-[0-9]{1,2}")) {
            int number = RTMAX.number - Integer.parseInt(bare.substring(6));
            return number < RTMIN.number ? Optional.empty() : ofNumber(number);
        }
        if (bare.equals("RTMIN_30")) {
            return Optional.of(RTMAX);
        }
        for (Signal s : values()) {
            if (s.name().equals(bare)) {
                return Optional.of(s);
            }
        }
        return Optional.empty();
    }
}
