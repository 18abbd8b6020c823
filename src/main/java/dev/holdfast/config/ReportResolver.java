package dev.holdfast.config;

import dev.holdfast.cron.Timing;
import dev.holdfast.unit.Durations;
import java.time.Duration;
import java.time.ZoneId;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From reports as written to specs. */
record ReportResolver(
        Problems problems,
        Binder binder,
        ScheduleResolver scheduled,
        @Nullable AlertSpec alerts) {
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(30);

    SortedMap<String, ReportSpec> reports(Document document) {
        var all = new TreeMap<String, ReportSpec>();
        document.reports().forEach((name, r) -> {
            Node at = binder.at(document.reports(), name);
            if (binder.broken(r)) {
                return;
            }
            ReportSpec spec = report(name, r, at);
            if (spec != null) {
                all.put(name, spec);
            }
        });
        return all;
    }

    private @Nullable ReportSpec report(String name, Document.Report r, Node at) {
        Node cron = binder.at(r, "cron", at);
        if (r.cron().strip().equals("@reboot")) {
            problems.add(cron, "\"@reboot\": a report is sent at times, such as 0 8 * * 1");
        }
        if (r.sendTo().isEmpty()) {
            problems.add(at, "whom shall it be sent to? give alert channels under send_to");
        }
        for (String channel : r.sendTo()) {
            AlertSpec.ChannelSpec c = alerts == null ? null : alerts.channels().get(channel);
            if (c != null
                    && c.way() instanceof AlertSpec.Way.Webhook w
                    && w.template() == AlertSpec.Template.PAGERDUTY) {
                problems.add(
                        binder.at(r, "sendTo", at),
                        "\"" + channel + "\" is PagerDuty, where a report would wake people");
            }
        }
        Duration span = r.span();
        if (span != null && (span.compareTo(SHORTEST) < 0 || span.compareTo(LONGEST) > 0)) {
            problems.add(
                    binder.at(r, "span", at),
                    "\"" + Durations.format(span) + "\": span is 1h to 30d, which is what the history keeps");
        }
        ZoneId zone = scheduled.zone(r, r.timezone(), at);
        Timing timing = scheduled.read(r.cron(), zone, cron);
        return timing == null ? null : new ReportSpec(name, timing, r.sendTo(), span);
    }
}
