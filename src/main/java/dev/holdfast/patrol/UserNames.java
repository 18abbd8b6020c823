package dev.holdfast.patrol;

import dev.holdfast.linux.Accounts;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Names of users, asked for again after a while: a name service may come up after us, and a user may be renamed. One
 * thread uses it.
 */
final class UserNames {
    private static final Duration KEPT = Duration.ofMinutes(10);
    /** Of a number without a name. */
    private static final Duration UNNAMED = Duration.ofMinutes(1);

    private final IntFunction<String> service;
    private final Map<Integer, Known> names = new HashMap<>();

    private record Known(String name, MonoTime until) {}

    UserNames() {
        this(uid -> Accounts.user(Integer.toUnsignedString(uid))
                .map(Accounts.User::name)
                .orElse(Integer.toUnsignedString(uid)));
    }

    /** @param service the name, or the number as text */
    UserNames(IntFunction<String> service) {
        this.service = service;
    }

    /** The name, or the number where there is none; empty: the user is not known. */
    String of(int uid, MonoTime now) {
        if (uid < 0) {
            return "";
        }
        Known known = names.get(uid);
        if (known == null || !now.isBefore(known.until)) {
            String name = service.apply(uid);
            known = new Known(name, now.plus(number(name) ? UNNAMED : KEPT));
            names.put(uid, known);
        }
        return known.name;
    }

    /** Whether somebody who had only a number has a name by now; costs nothing for all others. */
    boolean named(int uid, String known, MonoTime now) {
        return !known.isEmpty() && number(known) && !of(uid, now).equals(known);
    }

    private static boolean number(String name) {
        return Character.isDigit(name.charAt(0));
    }
}
