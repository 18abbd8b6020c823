package dev.holdfast.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/alerts.md lists every alert that the source can raise, and none that it cannot. */
class AlertsPageTest {
    private static final Pattern RAISED = Pattern.compile("Occasion\\s*\\.(?:lasting|event)\\(\\s*([^,]+?)\\s*,");
    private static final Pattern OF_REPLICAS = Pattern.compile("(?:of|key)\\(\\s*r,\\s*\"([a-z-]+)\"");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[^|]+`[^|]*) \\|");
    private static final Pattern KEY = Pattern.compile("`([^`]+)`");

    /** How the source says a key, and how the page does; an alert that is new in the source is missing here. */
    private static final Map<String, List<String>> WRITTEN = Map.ofEntries(
            Map.entry("Timetable: PAUSED + name", List.of("schedule/NAME")),
            Map.entry("ProbeDesk: \"probe/\" + name", List.of("probe/NAME")),
            Map.entry("ReportDesk: \"report/\" + name", List.of()),
            Map.entry("Alerting: \"alerts/test/\" + channel.name()", List.of("alerts/test/NAME")),
            Map.entry("Cleanings: key", List.of("cleanup/NAME")),
            Map.entry("AlertEvents: LOG + e.file()", List.of("log/FILE")),
            // Those of a replica, which OF_REPLICAS finds one by one.
            Map.entry("AlertEvents: key(r", List.of()),
            Map.entry("Audits: key", List.of("audit/RULE/SUBJECT:FILE")),
            Map.entry("QueueWatch: QUEUE + spec.name()", List.of("queue/NAME")),
            Map.entry("HostDesk: key(w)", List.of("host/WHAT", "host/memory", "host/disk:/")),
            Map.entry("GuardAlerts: key", List.of("guard/RULE", "guard/RULE/PID")),
            Map.entry("Outbox: OWN + l.channel()", List.of("alerts/channel/NAME")),
            Map.entry("Outbox: \"alerts/given-up/\" + l.channel()", List.of("alerts/given-up/NAME")),
            Map.entry("Alerts: more", List.of("FAMILY/more", "process/more")));

    @Test
    void namesWhatTheSourceRaises() throws IOException {
        var raised = new TreeSet<String>();
        var keys = new TreeSet<String>();
        try (Stream<Path> all = Files.walk(Path.of("src/main/java/dev/holdfast"))) {
            for (Path file : all.filter(p -> p.toString().endsWith(".java")).toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                String source = Files.readString(file);
                RAISED.matcher(source).results().forEach(r -> raised.add(name + ": " + r.group(1)));
                if (name.equals("AlertEvents")) {
                    OF_REPLICAS.matcher(source).results().forEach(r -> keys.add("process/NAME/INDEX/" + r.group(1)));
                }
            }
        }
        assertThat(raised).isEqualTo(new TreeSet<>(WRITTEN.keySet()));
        WRITTEN.values().forEach(keys::addAll);

        assertThat(told()).isEqualTo(keys);
    }

    private static Set<String> told() throws IOException {
        String page = Files.readString(Path.of("docs/alerts.md"));
        String table = page.substring(page.indexOf("## What is told"), page.indexOf("## Who is told"));
        var told = new TreeSet<String>();
        ROW.matcher(table)
                .results()
                .forEach(row -> KEY.matcher(row.group(1)).results().forEach(key -> told.add(key.group(1))));
        return told;
    }
}
