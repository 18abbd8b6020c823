package dev.holdfast.dashboard;

import dev.holdfast.api.AlertHush;
import dev.holdfast.api.AlertHushed;
import dev.holdfast.api.AlertList;
import dev.holdfast.api.AlertsPort;
import dev.holdfast.api.Api;
import dev.holdfast.api.Caller;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.CronDone;
import dev.holdfast.api.CronPort;
import dev.holdfast.api.Done;
import dev.holdfast.api.Failure;
import dev.holdfast.api.Follow;
import dev.holdfast.api.HealthReport;
import dev.holdfast.api.HttpAnswer;
import dev.holdfast.api.HttpHandler;
import dev.holdfast.api.HttpRequest;
import dev.holdfast.api.JobList;
import dev.holdfast.api.JobReport;
import dev.holdfast.api.JobStanding;
import dev.holdfast.api.JobsPort;
import dev.holdfast.api.LogPage;
import dev.holdfast.api.ProcessConfiguration;
import dev.holdfast.api.QueueList;
import dev.holdfast.api.QueueReport;
import dev.holdfast.api.RecordsPort;
import dev.holdfast.api.RecordsPort.LogWish;
import dev.holdfast.api.Request;
import dev.holdfast.api.Scope;
import dev.holdfast.api.Status;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A daemon that says what it was told to: the real API above a port whose answers are made up, so that they have the real
 * shape and any state can be had. What is done to it is remembered, and shows.
 */
final class CannedHost implements HttpHandler, AutoCloseable {
    static final String OPERATOR = "hft_operator";
    static final String READER = "hft_reader";

    private static final Jsonb JSON = Jsonb.builder().build();
    private static final Map<String, Caller> CALLERS = Map.of(
            OPERATOR, new Caller("anna", "127.0.0.1", Scope.OPERATE.all()),
            READER, new Caller("wall-display", "127.0.0.1", Scope.READ.all()));

    final Scenery scenery = new Scenery(Instant.now());
    private final WorkScene work = new WorkScene(Instant.now());
    private final WatchScene watch = new WatchScene(Instant.now());
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<Map<String, Object>> events = new ArrayList<>();
    private final List<Map<String, Object>> lines = new ArrayList<>();
    private final Api api;
    private final TinyWeb web;
    private volatile boolean without;

    CannedHost() throws IOException {
        api = new Api(port(ControlPort.class, this::control), bug -> asked.add("BUG " + bug));
        web = new TinyWeb(new Dashboard(), this, CALLERS::get);
        watch.events().forEach(this::keep);
        watch.lines().forEach(l -> say(l.get(0), l.get(1)));
    }

    String address() {
        return web.address();
    }

    TinyWeb web() {
        return web;
    }

    /** What was asked of it but to look, in words. */
    List<String> asked() {
        return asked;
    }

    /** Nothing is configured that may be left out. */
    void bare(boolean is) {
        without = is;
    }

    // ── what happens meanwhile ──

    void happens(String event, String replica, Map<String, Object> more) {
        var all = new LinkedHashMap<String, Object>();
        all.put("event", event);
        all.put("at", Instant.now().toString());
        all.put("replica", replica);
        all.putAll(more);
        keep(all);
    }

    private void keep(Map<String, Object> event) {
        synchronized (this) {
            var all = new LinkedHashMap<String, Object>();
            all.put("id", String.valueOf(events.size() + 1));
            all.putAll(event);
            events.add(all);
            notifyAll();
        }
    }

    void say(String stream, String text) {
        synchronized (this) {
            var line = new LinkedHashMap<String, Object>();
            line.put("id", String.valueOf(lines.size() + 1));
            line.put("at", Instant.now().toString());
            line.put("process", "web/0");
            line.put("stream", stream);
            line.put("text", text);
            if (text.contains("ERROR")) {
                line.put("level", "error");
            }
            lines.add(line);
            notifyAll();
        }
    }

    // ── what is asked ──

    @Override
    public HttpAnswer answer(HttpRequest request, Caller caller) {
        return api.answer(request, caller);
    }

    private @Nullable Object records(Object proxy, java.lang.reflect.Method method, Object[] args) {
        return switch (method.getName()) {
            case "events" -> new RecordsPort.Lines(recent((Integer) args[0], (String) args[2]), false);
            case "followEvents" -> new Feed("journal", events, (String) args[0], new LogWish(null, null, null));
            case "logs" -> page((LogWish) args[1]);
            case "followLogs" -> new Feed("line", lines, (String) args[2], (LogWish) args[1]);
            default -> null;
        };
    }

    private synchronized List<String> recent(int most, @Nullable String replica) {
        List<String> all = events.stream()
                .filter(e -> replica == null || replica.equals(e.get("replica")))
                .map(JSON::toJson)
                .toList();
        return all.subList(Math.max(0, all.size() - most), all.size());
    }

    private synchronized LogPage page(LogWish wish) {
        return new LogPage(
                lines.stream()
                        .filter(l -> matches(l, wish))
                        .map(l -> new LogPage.Entry(
                                String.valueOf(l.get("id")),
                                (String) l.get("at"),
                                "web/0",
                                String.valueOf(l.get("stream")),
                                (String) l.get("level"),
                                String.valueOf(l.get("text"))))
                        .toList(),
                null,
                false);
    }

    private static boolean matches(Map<String, Object> line, LogWish wish) {
        String grep = wish.grep();
        return (grep == null || String.valueOf(line.get("text")).contains(grep))
                && (wish.stream() == null || wish.stream().equals(line.get("stream")))
                && (wish.level() == null || line.get("level") != null);
    }

    private final class Feed implements Follow {
        private final String event;
        private final List<Map<String, Object>> of;
        private final LogWish wish;
        private int at;

        Feed(String event, List<Map<String, Object>> of, @Nullable String last, LogWish wish) {
            this.event = event;
            this.of = of;
            this.wish = wish;
            synchronized (CannedHost.this) {
                this.at = last == null ? of.size() : Integer.parseInt(last);
            }
        }

        @Override
        public List<Item> next(Duration most) throws InterruptedException {
            synchronized (CannedHost.this) {
                if (at >= of.size()) {
                    CannedHost.this.wait(Math.max(1, most.toMillis()));
                }
                var items = new ArrayList<Item>();
                for (; at < of.size(); at++) {
                    Map<String, Object> one = of.get(at);
                    if (matches(one, wish)) {
                        items.add(new Item(String.valueOf(one.get("id")), event, JSON.toJson(one)));
                    }
                }
                return items;
            }
        }

        @Override
        public void close() {}
    }

    // ── the ports ──

    private static <T> T port(Class<T> type, InvocationHandler what) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, what));
    }

    private Refused notHere(String why) {
        return new Refused(409, new Failure(why, List.of()));
    }

    private Object control(Object proxy, java.lang.reflect.Method method, Object[] args) throws Refused {
        return switch (method.getName()) {
            case "status" -> without ? bareStatus() : scenery.status();
            case "health" -> without ? new HealthReport(HealthReport.OK, List.of(), List.of()) : watch.health();
            case "why" -> watch.why((String) args[0]);
            case "act" -> act((ControlPort.Verb) args[0], (Request) args[1]);
            case "cron" -> port(CronPort.class, this::cron);
            case "jobs" -> {
                if (without) {
                    throw notHere("there are no queues here");
                }
                yield port(JobsPort.class, this::jobs);
            }
            case "alerts" -> {
                if (without) {
                    throw notHere("there is no alerts: section: nobody is told");
                }
                yield port(AlertsPort.class, this::alerts);
            }
            case "guard" -> {
                if (without) {
                    throw notHere("there is no guard: section");
                }
                yield watch.guard();
            }
            case "findings" -> {
                if (without) {
                    throw notHere("there is no audit: section");
                }
                yield FindingScene.of(Instant.now());
            }
            case "auditNow" -> {
                asked.add("audit");
                yield FindingScene.of(Instant.now());
            }
            case "report" -> ReportScene.of(Instant.now(), (Duration) args[0]);
            case "configuration" -> new ProcessConfiguration("web", Scenery.YAML);
            case "history" -> watch.history((String) args[0], (String) args[1], (String) args[2]);
            case "records" -> port(RecordsPort.class, this::records);
            default -> throw notHere(method.getName() + " is not canned");
        };
    }

    private Status bareStatus() {
        Status s = scenery.status();
        return new Status(
                s.version(),
                s.pid(),
                s.startedAt(),
                s.config(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                s.listens());
    }

    private Done act(ControlPort.Verb verb, Request request) throws Refused {
        String name = request.names().getFirst();
        String word = verb.name().toLowerCase(Locale.ROOT);
        asked.add(word + " " + name + (request.signal() == null ? "" : " " + request.signal())
                + (request.replicas() == null ? "" : " " + request.replicas()));
        if (name.startsWith("mailer") && verb == ControlPort.Verb.SIGNAL) {
            throw new Refused(409, new Failure("mailer runs nothing that could be signalled", List.of()));
        }
        scenery.act(verb, name, request.replicas());
        List<Status.Replica> now = scenery.status().replicas().stream()
                .filter(r -> Scenery.isMeant(r, name))
                .toList();
        Status s = scenery.status();
        return new Done(
                true,
                new Status(
                        s.version(),
                        s.pid(),
                        s.startedAt(),
                        s.config(),
                        List.of(),
                        now,
                        List.of(),
                        List.of(),
                        List.of(),
                        s.listens()),
                List.of());
    }

    private @Nullable Object cron(Object proxy, java.lang.reflect.Method method, Object[] args) {
        return switch (method.getName()) {
            case "list" -> without ? new dev.holdfast.api.CronList(List.of()) : work.cron();
            case "next" -> work.next((String) args[0], (Integer) args[1]);
            case "history" -> work.runs((String) args[0]);
            case "overlaps" -> without ? List.of() : work.overlaps();
            case "run" -> {
                asked.add("run " + args[0]);
                yield new CronDone("r-1", true, "success", null);
            }
            default -> {
                asked.add((((Boolean) args[1]) ? "pause " : "resume ") + args[0]);
                work.pause((String) args[0], (Boolean) args[1]);
                yield null;
            }
        };
    }

    private Object jobs(Object proxy, java.lang.reflect.Method method, Object[] args) throws Refused {
        return switch (method.getName()) {
            case "queues" -> new QueueList(work.queues());
            case "queue" -> queue((String) args[0]);
            case "steer" -> {
                asked.add(((JobsPort.Verb) args[1]).name().toLowerCase(Locale.ROOT) + " " + args[0]);
                work.steer((String) args[0], (JobsPort.Verb) args[1]);
                yield queue((String) args[0]);
            }
            case "list" -> list((dev.holdfast.api.JobFilter) args[0]);
            case "job" -> job((String) args[0]);
            case "cancel", "retry" -> {
                asked.add(method.getName() + " " + args[0]);
                JobReport j = job((String) args[0]);
                yield new JobStanding(j.id(), method.getName().equals("retry") ? "queued" : "cancelled", null, "");
            }
            default -> throw notHere(method.getName() + " is not canned");
        };
    }

    private QueueReport queue(String name) throws Refused {
        return work.queues().stream()
                .filter(q -> q.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refused(404, new Failure("there is no queue " + name, List.of())));
    }

    private JobList list(dev.holdfast.api.JobFilter filter) {
        return new JobList(
                work.jobs().stream()
                        .filter(j -> filter.queue() == null || j.queue().equals(filter.queue()))
                        .filter(j -> filter.state() == null || j.state().equals(filter.state()))
                        .toList(),
                false);
    }

    private JobReport job(String id) throws Refused {
        return work.jobs().stream()
                .filter(j -> j.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new Refused(404, new Failure("there is no job " + id, List.of())));
    }

    private Object alerts(Object proxy, java.lang.reflect.Method method, Object[] args) throws Refused {
        return switch (method.getName()) {
            case "list" -> watch.alerts();
            case "silence" -> {
                var hush = (AlertHush) args[0];
                asked.add("silence " + hush.pattern() + " " + hush.seconds() + " " + hush.reason());
                AlertList now = watch.silence(hush);
                yield new AlertHushed(List.of(hush.pattern()), now.silences());
            }
            case "unsilence" -> {
                asked.add("unsilence " + args[0]);
                yield new AlertHushed(
                        List.of(), watch.unsilence((String) args[0]).silences());
            }
            default -> throw notHere(method.getName() + " is not canned");
        };
    }

    @Override
    public void close() throws IOException {
        web.close();
    }
}
