package dev.holdfast.guard;

import com.google.re2j.Pattern;
import dev.holdfast.config.GuardSpec.MatchSpec;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which processes a rule is about. The cheap questions come first; expressions are matched in linear time. */
final class Matcher implements Predicate<Traits> {
    private static final int SHORTEST_ID = 12;

    private final MatchSpec spec;
    private final @Nullable Pattern command;
    private final @Nullable Pattern exclude;
    private final @Nullable Pattern exe;
    private final @Nullable Pattern cgroup;

    Matcher(MatchSpec spec) {
        this.spec = spec;
        this.command = pattern(spec.command());
        this.exclude = pattern(spec.exclude());
        this.exe = pattern(spec.exe());
        this.cgroup = pattern(spec.cgroup());
    }

    private static @Nullable Pattern pattern(@Nullable String regex) {
        return regex == null ? null : Pattern.compile(regex);
    }

    @Override
    public boolean test(Traits t) {
        Boolean managed = spec.managed();
        if (managed != null && managed != t.managed()) {
            return false;
        }
        String user = spec.user();
        if (user != null && !user.equals(t.user()) && !user.equals(Integer.toUnsignedString(t.uid()))) {
            return false;
        }
        String container = spec.container();
        if (container != null && !isOf(container, t)) {
            return false;
        }
        return finds(cgroup, t.cgroup()) && finds(exe, t.exe()) && finds(command, t.command()) && !excludes(t);
    }

    /** Left alone whatever else matches, also as a descendant of one that does. */
    boolean excludes(Traits t) {
        return exclude != null && finds(exclude, t.command());
    }

    /** A text that is unknown matches nothing, not even an expression that matches the empty text. */
    private static boolean finds(@Nullable Pattern pattern, String text) {
        return pattern == null || (!text.isEmpty() && pattern.matcher(text).find());
    }

    private static boolean isOf(String container, Traits t) {
        return container.equals(t.containerName())
                || (container.length() >= SHORTEST_ID && t.containerId().startsWith(container));
    }
}
