package dev.holdfast.cli;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.holdfast.cli.LogSource.Entry;
import dev.holdfast.unit.Level;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which lines {@code holdfast logs} shows. A line that belongs with the one before is shown with it. Not thread-safe. */
final class LogFilter implements Predicate<Entry> {
    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Moment.Converter.class,
            description = "only what was printed so recently, such as 10m, or since 2026-11-21T05:50:00Z")
    private @Nullable Moment since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = Moment.Converter.class,
            description = "only what was printed before")
    private @Nullable Moment until;

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            converter = Levels.class,
            description = "only lines that say this level or a higher one: trace, debug, info, notice, warn, error or"
                    + " critical")
    private @Nullable Level level;

    @Option(
            names = "--grep",
            paramLabel = "REGEX",
            converter = Regex.class,
            description = "only lines that match (RE2's syntax; (?i) in front ignores case)")
    private @Nullable Pattern grep;

    @Option(names = "--stream", paramLabel = "STREAM", converter = Streams.class, description = "only stdout or stderr")
    private String stream = "";

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "only lines with this label; may be repeated")
    private Map<String, String> labels = Map.of();

    @Option(names = "--instance", paramLabel = "ID", description = "only lines of this life, whose ID begins so")
    private String instance = "";

    private final Map<String, Boolean> shown = new HashMap<>();
    private Instant end = Instant.MAX;

    void at(Instant now) {
        end = until == null ? Instant.MAX : until.of(now);
    }

    boolean hasEnd() {
        return until != null;
    }

    boolean hasBeginning() {
        return since != null;
    }

    Instant beginning(Instant now) {
        return since == null ? Instant.MIN : since.of(now);
    }

    /** Whether all lines pass, so that the ends of files are enough to look at. */
    boolean passesAll() {
        return since == null
                && until == null
                && level == null
                && grep == null
                && stream.isEmpty()
                && labels.isEmpty()
                && instance.isEmpty();
    }

    /**
     * What the daemon is to sift by; see {@link AskedLog}.
     *
     * @param other the stream that is wanted when none is named here; empty: both
     */
    String query(String other) {
        String of = stream.isEmpty() ? other : stream;
        return (grep == null ? "" : "&grep=" + Subcommand.encoded(grep.pattern()))
                + (level == null
                        ? ""
                        : "&level="
                                + (level == Level.WARNING
                                        ? "warn"
                                        : level.name().toLowerCase(Locale.ROOT)))
                + (of.isEmpty() ? "" : "&stream=" + of);
    }

    /** Whether it is about what the daemon does not tell of lines. */
    boolean byOrigin() {
        return !labels.isEmpty() || !instance.isEmpty();
    }

    @Override
    public boolean test(Entry e) {
        String of = e.name() + (e.line().stderr() ? " stderr" : "");
        boolean passes = (e.line().continues() && shown.getOrDefault(of, false)) || matches(e);
        if (!e.line().continues()) {
            shown.put(of, passes);
        }
        return passes;
    }

    private boolean matches(Entry e) {
        if (!e.at().isBefore(end)) {
            return false;
        }
        if (e.sifted()) {
            return true;
        }
        if (!(stream.isEmpty() || stream.equals(e.line().stderr() ? "stderr" : "stdout"))
                || !e.line().origin().instance().startsWith(instance)
                || !e.line().origin().labels().entrySet().containsAll(labels.entrySet())) {
            return false;
        }
        Level said = level == null ? null : e.line().level();
        return (level == null || (said != null && said.compareTo(level) >= 0))
                && (grep == null || grep.matcher(e.line().text()).find());
    }

    /** Words that programs use too. */
    static final class Levels implements ITypeConverter<Level> {
        @Override
        public Level convert(String text) {
            return Level.parse(text)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + text + "': a level is trace, debug, info, notice, warn, error or critical"));
        }
    }

    /** RE2, which takes no more time than the text is long. */
    static final class Regex implements ITypeConverter<Pattern> {
        @Override
        public Pattern convert(String text) {
            try {
                return Pattern.compile(text);
            } catch (PatternSyntaxException e) {
                throw new TypeConversionException("'" + text + "': " + e.getDescription());
            }
        }
    }

    /** One of the two. */
    static final class Streams implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!text.equals("stdout") && !text.equals("stderr")) {
                throw new TypeConversionException("'" + text + "': a stream is stdout or stderr");
            }
            return text;
        }
    }
}
