package dev.holdfast.audit.laravel;

import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What config/queue.php and .env of an application say, as far as it is written plainly.
 *
 * @param preset the default connection; empty: unknown
 * @param retryAfter seconds by connection
 */
record QueueConfig(String preset, Map<String, Retry> retryAfter) {
    private static final Pattern ARRAY = Pattern.compile("^\\s*['\"]([A-Za-z0-9_-]{1,60})['\"]\\s*=>\\s*\\[");
    private static final Pattern KEY =
            Pattern.compile("^\\s*['\"](retry_after|default)['\"]\\s*=>\\s*(?:\\(int\\)\\s*)?(.*)$");
    private static final Pattern ENV =
            Pattern.compile("^env\\(\\s*['\"](\\w{1,80})['\"]\\s*(?:,\\s*['\"]?([A-Za-z0-9_-]*)['\"]?\\s*)?\\).*");
    private static final Pattern PLAIN = Pattern.compile("^['\"]?([A-Za-z0-9_-]+)['\"]?\\s*,?.*");

    /** @param how such as {@code env REDIS_QUEUE_RETRY_AFTER} */
    record Retry(long seconds, Site site, String how) {}

    static QueueConfig read(Notes notes, String application) {
        String file = application + "/config/queue.php";
        var retries = new HashMap<String, Retry>();
        String preset = "";
        if (application.isEmpty() || !notes.isFile(file)) {
            return new QueueConfig(preset, retries);
        }
        List<String> lines = notes.lines(file);
        Map<String, String> env = env(notes, application + "/.env");
        String connection = "";
        for (int i = 0; i < lines.size(); i++) {
            Matcher array = ARRAY.matcher(lines.get(i));
            Matcher key = KEY.matcher(lines.get(i));
            if (array.find()) {
                connection = array.group(1);
            } else if (key.matches()) {
                Matcher from = ENV.matcher(key.group(2));
                Matcher plain = PLAIN.matcher(key.group(2));
                boolean asked = from.matches();
                String value = asked
                        ? env.getOrDefault(from.group(1), from.group(2) == null ? "" : from.group(2))
                        : plain.matches() ? plain.group(1) : "";
                if (key.group(1).equals("default")) {
                    preset = value;
                } else if (value.matches("\\d{1,9}")) {
                    retries.put(
                            connection,
                            new Retry(
                                    Long.parseLong(value),
                                    new Site(file, i + 1),
                                    asked ? "env " + from.group(1) : "written there"));
                } else if (!value.equals("null")) {
                    notes.broken(
                            new Site(file, i + 1),
                            "sets retry_after to what is no plain number",
                            lines.get(i).strip());
                }
            }
        }
        return new QueueConfig(preset, retries);
    }

    private static Map<String, String> env(Notes notes, String file) {
        var env = new HashMap<String, String>();
        for (String line : notes.isFile(file) ? notes.lines(file) : List.<String>of()) {
            int is = line.indexOf('=');
            if (is > 0 && !line.startsWith("#")) {
                String value = line.substring(is + 1).strip();
                env.put(line.substring(0, is).strip(), value.replaceAll("^[\"']|[\"']$", ""));
            }
        }
        return env;
    }

    /** Null: nothing is known of that connection. */
    @Nullable
    Retry of(String connection) {
        return retryAfter.get(connection.isEmpty() ? preset : connection);
    }
}
