package dev.holdfast.crontab;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Properties of systemd units (systemd.resource-control(5), systemd.exec(5)) as keys. */
final class Properties {
    private static final Map<String, String> SIZES = Map.of(
            "MemoryMax", "resources.limits.memory",
            "MemoryLimit", "resources.limits.memory",
            "MemoryHigh", "resources.limits.memory_high",
            "MemoryMin", "resources.reservations.memory",
            "MemoryLow", "resources.reservations.memory");
    private static final Map<String, String> NUMBERS = Map.of(
            "TasksMax", "resources.limits.pids",
            "IOWeight", "resources.limits.io.weight",
            "Nice", "nice",
            "OOMScoreAdjust", "oom_score_adj");
    private static final Map<String, String> TEXTS =
            Map.of("User", "user", "Group", "group", "WorkingDirectory", "working_dir");

    private final Keys keys;
    private @Nullable BigDecimal memory;
    private @Nullable BigDecimal swap;

    Properties(Keys keys) {
        this.keys = keys;
    }

    void set(String assignment) {
        int is = assignment.indexOf('=');
        String name = is < 0 ? assignment : assignment.substring(0, is);
        String value = is < 0 ? "" : assignment.substring(is + 1);
        if (!known(name, value)) {
            keys.remark("systemd-run --property=" + assignment + " is not turned into a key");
        }
    }

    private boolean known(String name, String value) {
        String size = SIZES.get(name);
        if (size != null) {
            BigDecimal bytes = bytes(value);
            if (bytes == null) {
                return false;
            }
            keys.put(size, written(bytes));
            memory = size.equals("resources.limits.memory") ? bytes : memory;
            return true;
        }
        if (name.equals("MemorySwapMax")) {
            swap = bytes(value);
            return swap != null;
        }
        String number = NUMBERS.get(name);
        if (number != null && value.matches("-?\\d{1,9}")) {
            keys.put(number, value);
            return true;
        }
        String text = TEXTS.get(name);
        if (text != null && !value.isEmpty()) {
            keys.put(text, value);
            return true;
        }
        if (name.equals("CPUQuota") && value.matches("\\d{1,6}(\\.\\d{1,2})?%")) {
            keys.put("resources.limits.cpu", hundredths(value.substring(0, value.length() - 1)));
            return true;
        }
        if (name.equals("CPUWeight") && value.matches("\\d{1,5}")) {
            keys.put("resources.reservations.cpu", hundredths(value));
            return true;
        }
        if (name.equals("RuntimeMaxSec") && value.matches("\\d{1,9}")) {
            keys.put("timeout", value + "s");
            return true;
        }
        return false;
    }

    private static String hundredths(String number) {
        return new BigDecimal(number).movePointLeft(2).stripTrailingZeros().toPlainString();
    }

    /** memory_swap is memory and swap together. */
    void finish() {
        if (swap == null) {
            return;
        }
        if (memory == null) {
            keys.remark("systemd-run --property=MemorySwapMax is not turned into a key: there is no MemoryMax");
        } else {
            keys.put("resources.limits.memory_swap", written(memory.add(swap)));
        }
    }

    /** K, M, G and T are powers of 1024 there. */
    private static @Nullable BigDecimal bytes(String text) {
        if (!text.matches("\\d{1,15}(\\.\\d{1,3})?[KMGT]?")) {
            return null;
        }
        char unit = text.charAt(text.length() - 1);
        if (Character.isDigit(unit)) {
            return new BigDecimal(text);
        }
        return new BigDecimal(text.substring(0, text.length() - 1))
                .multiply(BigDecimal.valueOf(1L << (10 * ("KMGT".indexOf(unit) + 1))));
    }

    private static String written(BigDecimal bytes) {
        long n = bytes.longValue();
        for (int i = 4; i > 0; i--) {
            if (n > 0 && n % (1L << (10 * i)) == 0) {
                return n / (1L << (10 * i)) + "" + "KMGT".charAt(i - 1) + "i";
            }
        }
        return Long.toString(n);
    }
}
