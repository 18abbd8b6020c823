package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec.Template;
import dev.holdfast.unit.Severity;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A letter as whoever takes POSTs wants it.
 *
 * @see <a href="https://api.slack.com/reference/messaging/attachments">Slack</a>
 * @see <a href="https://developers.mattermost.com/integrate/webhooks/incoming/">Mattermost</a>
 * @see <a href="https://docs.ntfy.sh/publish/#publish-as-json">ntfy</a>
 * @see <a href="https://developer.pagerduty.com/docs/events-api-v2/trigger-events/">PagerDuty</a>
 */
public record Payload(Wording wording) {
    /** ntfy takes 4,096 bytes as text; Slack 3,000 characters in a section, of which markup is some. */
    private static final int SHORT = 2_500;

    static final int MOST_ATTACHMENTS = 20;
    /** Of ntfy, each at most as long as a title is cut here. */
    static final int MOST_LINES = 8;

    private static final int LINE = 120;

    /**
     * @param key PagerDuty's, else null
     * @param url where it goes
     */
    public String body(Template template, Letter l, URI url, @Nullable String key) {
        return Json.write(
                switch (template) {
                    case JSON -> json(l);
                    case SLACK -> chat(l, true);
                    case MATTERMOST -> chat(l, false);
                    case NTFY -> ntfy(l, url);
                    case PAGERDUTY -> pager(l, key);
                });
    }

    /** ntfy takes JSON at its root alone; the topic is in it. */
    public static URI target(Template template, URI url) {
        if (template != Template.NTFY) {
            return url;
        }
        String whole = url.toString();
        int query = whole.indexOf('?');
        return URI.create(
                whole.substring(0, whole.length() - trail(url).length() - (query < 0 ? 0 : whole.length() - query)));
    }

    /** The path's last segment, with what follows it. */
    private static String trail(URI url) {
        String path = url.getRawPath();
        int end = path.endsWith("/") ? path.length() - 1 : path.length();
        return path.substring(path.lastIndexOf('/', end - 1) + 1);
    }

    /** All of it, for programs. */
    public Map<String, Object> json(Letter l) {
        var all = new LinkedHashMap<String, Object>();
        all.put("id", l.id());
        all.put("host", wording.host());
        all.put("channel", l.channel());
        all.put("made", l.made().toString());
        Enclosure report = l.enclosure();
        all.put("severity", report == null ? Wording.worst(l).written() : "info");
        all.put("subject", wording.subject(l));
        if (report != null) {
            all.put("report", report.text());
            return all;
        }
        all.put("alerts", l.items().stream().map(Payload::item).toList());
        return all;
    }

    /** As {@link #json}, as text. */
    public String text(Letter l) {
        return Json.write(json(l));
    }

    private static Map<String, Object> item(Item i) {
        Occasion o = i.occasion();
        var one = new LinkedHashMap<String, Object>();
        one.put("key", o.key());
        one.put("state", i.kind().name().toLowerCase(java.util.Locale.ROOT));
        one.put("severity", i.severity().written());
        one.put("title", o.title());
        one.put("text", o.text());
        one.put("began", i.began().toString());
        one.put("ended", i.ended() == null ? null : i.ended().toString());
        one.put("how", i.how());
        one.put("times", i.times());
        one.put("new_times", i.untold());
        one.put("lasts", o.lasts());
        var facts = new ArrayList<Object>();
        for (Fact f : o.facts()) {
            var fact = new LinkedHashMap<String, Object>();
            fact.put("name", f.name());
            fact.put("value", f.value());
            fact.put("limit", f.limit());
            facts.add(fact);
        }
        one.put("facts", facts);
        one.put("done", o.done());
        one.put("output", o.output());
        one.put("look", o.look());
        Series s = o.series();
        if (s != null) {
            var series = new LinkedHashMap<String, Object>();
            series.put("name", s.name());
            series.put("unit", s.unit());
            series.put("step_ms", s.step().toMillis());
            series.put("values", s.values());
            series.put("limit", s.limit());
            one.put("series", series);
        }
        return one;
    }

    private Map<String, Object> chat(Letter l, boolean slack) {
        var attachments = new ArrayList<Object>();
        for (Item i : l.items().subList(0, Math.min(MOST_ATTACHMENTS, l.items().size()))) {
            var a = new LinkedHashMap<String, Object>();
            String words = l.enclosure() == null ? details(i, SHORT) : brief(i);
            a.put("fallback", plain(i.occasion().title(), slack));
            a.put("color", l.enclosure() == null ? colour(i) : "#1565c0");
            a.put("title", plain(Wording.mark(l, i) + " " + i.occasion().title(), slack));
            a.put("text", plain(words, slack));
            attachments.add(a);
        }
        var all = new LinkedHashMap<String, Object>();
        all.put("text", plain(wording.subject(l), slack));
        all.put("attachments", attachments);
        return all;
    }

    /** Neither may a program's output call everybody, nor draw links. */
    private static String plain(String s, boolean slack) {
        return slack
                ? s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                : s.replace("@", "@\u200b").replaceAll("([\\\\`*_\\[\\]<>#~])", "\\\\$1");
    }

    private static String colour(Item i) {
        return switch (Wording.mark(i)) {
            case "OK" -> "#2e7d32";
            case "CRITICAL" -> "#c62828";
            default -> "#ef6c00";
        };
    }

    private String details(Item i, int most) {
        var b = new StringBuilder(wording.state(i));
        Occasion o = i.occasion();
        if (!o.text().isEmpty()) {
            b.append('\n').append(o.text());
        }
        o.facts()
                .forEach(f -> b.append('\n')
                        .append(f.name())
                        .append(": ")
                        .append(f.value())
                        .append(f.limit() == null ? "" : " (" + f.limit() + ")"));
        o.done().forEach(d -> b.append("\nDone: ").append(d));
        List<String> lines = o.output();
        lines.subList(Math.max(0, lines.size() - 5), lines.size())
                .forEach(x -> b.append("\n| ").append(Wording.line(x)));
        if (o.look() != null) {
            b.append("\nLook further: ").append(o.look());
        }
        return b.length() > most ? b.substring(0, most) + "…" : b.toString();
    }

    /** Of a report as much as such a channel shows, and where the rest is. */
    private static String brief(Item i) {
        Occasion o = i.occasion();
        String text = o.text().length() > SHORT / 2 ? o.text().substring(0, SHORT / 2) + "…" : o.text();
        return text + (text.isEmpty() ? "" : "\n") + "Look further: " + o.look();
    }

    private Map<String, Object> ntfy(Letter l, URI url) {
        Item first = l.items().getFirst();
        var all = new LinkedHashMap<String, Object>();
        String topic = trail(url).replaceFirst("/$", "");
        all.put("topic", topic);
        all.put("title", wording.subject(l));
        var b = new StringBuilder();
        for (Item i : l.items().subList(1, l.items().size())) {
            String title = Wording.line(i.occasion().title());
            b.append(Wording.mark(i)).append(' ');
            b.append(title.length() > LINE ? title.substring(0, LINE) + "…" : title)
                    .append('\n');
        }
        b.append(l.enclosure() == null ? details(first, SHORT / 2) : brief(first));
        all.put("message", b.toString());
        if (l.enclosure() != null) {
            all.put("priority", 3);
            all.put("tags", List.of("bar_chart"));
            return all;
        }
        boolean over = Wording.mark(first).equals("OK");
        all.put("priority", over ? 2 : Wording.worst(l) == Severity.CRITICAL ? 5 : 3);
        all.put(
                "tags",
                List.of(
                        over
                                ? "white_check_mark"
                                : Wording.worst(l) == Severity.CRITICAL ? "rotating_light" : "warning"));
        return all;
    }

    /** One matter: what is over resolves what was triggered by the same key. */
    private Map<String, Object> pager(Letter l, @Nullable String key) {
        Item i = l.items().getFirst();
        var all = new LinkedHashMap<String, Object>();
        all.put("routing_key", key);
        all.put("event_action", i.kind() == Item.Kind.CLEARED ? "resolve" : "trigger");
        String dedup = wording.host() + "/" + i.occasion().key();
        all.put("dedup_key", dedup.length() > 255 ? dedup.substring(0, 255) : dedup);
        var payload = new LinkedHashMap<String, Object>();
        String summary = wording.subject(l);
        payload.put("summary", summary.length() > 1024 ? summary.substring(0, 1024) : summary);
        payload.put("source", wording.host());
        payload.put("severity", i.severity() == Severity.CRITICAL ? "critical" : "warning");
        payload.put("timestamp", i.began().toString());
        payload.put("custom_details", item(i));
        all.put("payload", payload);
        return all;
    }
}
