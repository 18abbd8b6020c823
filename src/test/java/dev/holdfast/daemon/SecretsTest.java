package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.post.Receiver;
import dev.holdfast.testbed.Ports;
import dev.holdfast.web.Pems;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets, a different one wherever a configuration can hold one, given to a daemon that starts, fails, alerts, reloads and
 * refuses to: none of them is in any answer, whatever is asked, in any log, or in any file of the daemon's.
 */
@Tag("process")
@Timeout(600)
class SecretsTest {
    private static final Duration DEADLINE = Duration.ofMinutes(1);
    private static final Jsonb JSON = Jsonb.builder().build();
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

    @TempDir
    Path home;

    /** Where each was put. */
    private final Map<String, String> secrets = new LinkedHashMap<>();
    /** All that was said, by what said it. */
    private final Map<String, String> said = new LinkedHashMap<>();

    private final Receiver receiver = new Receiver();

    /** Another one, to be recognized wherever it turns up. */
    private String secret(String where) {
        return secrets.computeIfAbsent(where, _ -> "zq%02dhunter%08x".formatted(secrets.size(), where.hashCode()));
    }

    /** {@code ${…}} with a name that is no word for a secret: what is withheld is not withheld for the name. */
    private String filled(String template) {
        Matcher m = Pattern.compile("<([^<>]+)>").matcher(template);
        return m.replaceAll(found -> secret(found.group(1)));
    }

    private void file(String name, String text) throws IOException {
        Path file = Files.writeString(home.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private DaemonUnderTest.Ran ran(DaemonUnderTest daemon, String... args) {
        DaemonUnderTest.Ran ran = daemon.ask(args);
        said.merge(String.join(" ", args), ran.out() + ran.err(), String::concat);
        return ran;
    }

    private String yaml(String storage, String version) {
        return filled("""
                version: 1
                env_file: [main.env]
                global:
                  api: { listen: "127.0.0.1:%1$d", tls: { certificate: %2$s/own.pem, key: %2$s/own.key } }
                  storage: { %4$s }
                  logging: { max_total_size: 1Gi }
                  otlp:
                    endpoint: "http://127.0.0.1:1/<otlp endpoint>"
                    interval: 1s
                    headers: { Authorization: "Bearer ${INNOCENT}", x-odd: "<otlp header%5$s>" }
                processes:
                  web:
                    command: [sh, -c, "sleep 1000; :", x, --token, "<argument%5$s>", "--pass=<argument with =>", "mysql://u:<argument URL>@h/d"]
                    env: { set: { DB_PASSWORD: "<env%5$s>", DSN: "mysql://u:<env URL%5$s>@h/d", APP_KEY: "${PLAIN}" } }
                    env_file: [%2$s/web.env]
                    hooks: { post_start: { command: [sh, -c, "exit 3", x, "--secret=<hook>"] } }
                  fails:
                    command: [sh, -c, 'cat %2$s/output; cat %2$s/stderr >&2; exit 3']
                    restart: never
                    logging: { redact: ['zap=\\S+'] }
                  absent: { command: [/no/such/program, "--password", "<absent>"], restart: never }
                schedules:
                  tick:
                    command: [sh, -c, 'cat %2$s/ran; exit 4', x, --api-key, "<schedule argument>"]
                    cron: "@yearly"
                    heartbeat: "http://127.0.0.1:1/ping/<heartbeat>"
                    env: { set: { TICK_TOKEN: "<schedule env>" } }
                    logging: { redact: ['zap=\\S+'] }
                    on_failure: { webhook: "http://127.0.0.1:1/<schedule webhook>" }
                queues:
                  q:
                    command: [sh, -c, 'cat %2$s/job; exit 5', x, --password, "<queue argument>", "{text}"]
                    payload: { text: { type: string } }
                    env: { set: { Q_SECRET: "<queue env>" } }
                    logging: { redact: ['zap=\\S+'] }
                    on_failure: { webhook: "http://127.0.0.1:1/<queue webhook>" }
                probes:
                  site: { http: { url: "http://127.0.0.1:1/?token=<probe URL>", headers: { Authorization: "Basic <probe header%5$s>" } }, every: 1s, critical: down for 1s, alert: [hook] }
                  cache: { redis: { address: "127.0.0.1:1", password: "<redis%5$s>" }, every: 1s, critical: down for 1s, alert: [hook] }
                  own:
                    exec: { command: [sh, -c, "exit 1", x, --token, "<probe argument>"] }
                    every: 1s
                    critical: down for 1s
                    recover: [ { do: exec, command: [sh, -c, "exit 1", x, --token, "<recover argument>"] } ]
                guard:
                  interval: 1s
                  rules:
                    seen: { match: { command: "sleep 1000; : x --token" }, any: [ { runtime: "> 1s" } ], action: alert, alert: [hook] }
                alerts:
                  channels:
                    mail: { type: email, to: [a@example.org], from: b@example.org, smtp: { host: 127.0.0.1, port: 1, tls: always, user: me, password: "<smtp%5$s>" } }
                    mailfile: { type: email, to: [a@example.org], from: b@example.org, smtp: { host: 127.0.0.1, port: 1, tls: always, user: me, password_file: %2$s/smtp } }
                    hook: { type: webhook, url: "http://127.0.0.1:%3$d/<webhook>", secret: "<webhook secret%5$s>", headers: { X-Odd: "<webhook header%5$s>" }, group_window: 0s }
                    gone: { type: webhook, url: "http://127.0.0.1:1/<webhook that is gone>", secret_file: %2$s/hook, group_window: 0s }
                    pager: { type: webhook, template: pagerduty, url: "http://127.0.0.1:1/x", routing_key: "<routing key%5$s>" }
                    prog: { type: exec, command: [sh, -c, "exit 4", x, --token, "<channel argument>"] }
                audit: { redis: { config: %2$s/redis.conf }, crontab: { files: [%2$s/crontab] } }
                reports:
                  weekly: { cron: "0 8 * * 1", send_to: [hook] }
                """.formatted(port, home, receiver.port(), storage, version));
    }

    private final int port = Ports.free();

    /** What is put in place of what, so that the file is refused: for a value that is a secret, or has one in it or beside it. */
    private static final String[][] UNSOUND = {
        {"endpoint: \"http:", "endpoint: \"htp://u:<bad endpoint>@h; http:"},
        {"heartbeat: \"http:", "heartbeat: \"htp://u:<bad heartbeat>@h/ http:"},
        {"heartbeat: \"http:", "heartbeat: \"ftp://u:<bad scheme of a heartbeat>@h/"},
        {"on_failure: { webhook: \"http:", "on_failure: { webhook: \"ftp://u:<bad webhook>@h"},
        {"http: { url: \"http://", "http: { url: \"http://u:<bad probe>@"},
        {"http: { url: \"http://", "http: { url: \"ftp://u:<bad scheme of a probe>@"},
        {"type: webhook, url: \"http:", "type: webhook, url: \"htp://u:<bad hook>@h"},
        {"type: webhook, url: \"http://", "type: webhook, url: \"http://u:<bad user>@"},
        {"type: webhook, url: \"http://", "type: webhook, url: \"no address <bad address> "},
        {"password: \"", "password: [\"<bad list>\"], database: 1, length_of: \""},
        {"user: me, password: \"", "user: me, password: { a: \"<bad mapping>\" }, host: \""},
        {"user: me, password: \"", "user: me, pasword: \"<misspelt>"},
        {"user: me, password: \"", "user: me, password: \"<twice>\", password: \""},
        {"secret: \"", "secret: { a: \"<bad secret>\" }, odd: \""},
        {"headers: { X-Odd: \"", "headers: { \"X Odd\": \"<bad header name>"},
        {"headers: { X-Odd: \"", "headers: { X-Odd: \"a\\nb<bad header value>"},
        {"Authorization: \"Basic", "Authorization: \"a\\nb<bad header of a probe>"},
        {"x-odd: \"", "x-odd: \"a\\nb<bad header of the collector>"},
        {"storage: { ", "storage: { url: \"mysql://u:<bad scheme of a store>@h/d\", lease: 2m } #"},
        {"DB_PASSWORD: \"", "DB_PASSWORD: { x: \"<bad env>\" }, Y: \""},
        {"DB_PASSWORD: \"", "DB_PASSWORD: \"<open quote>\", Z: 'open, Y: \""},
        {"DB_PASSWORD: \"", "DB_PASSWORD: \"${NONE}<no variable>"},
        {"DB_PASSWORD: \"", "DB_PASSWORD: \"${<no name>"},
        {"DB_PASSWORD: \"", "DB_PASSWORD: \"<bad escape>\\q"},
        {"DB_PASSWORD: \"", "DB_PASSWORD: *<bad alias>, Y: \""},
    };

    private String unsound(String sound, String[] change) {
        int at = sound.indexOf(change[0]);
        assertThat(at).as(change[0]).isPositive();
        return filled(sound.substring(0, at) + change[1] + sound.substring(at + change[0].length()));
    }

    @Test
    void noneIsInAnAnswerALogOrAFile() throws Exception {
        sweep("keep_runs: 100", true);
    }

    @Test
    void neitherWithAStoreThatCannotBeReached() throws Exception {
        sweep(filled("url: \"postgresql://me:<store>@127.0.0.1:1/d\""), false);
    }

    /** @param stored there is a store: without one some routes have no answer but an error */
    private void sweep(String storage, boolean stored) throws Exception {
        Pems.selfSigned(home, "own", "localhost");
        secrets.put("TLS key", Files.readAllLines(home.resolve("own.key")).get(1));
        file("main.env", filled("INNOCENT=<main env_file>\nPLAIN=<main env_file, second>\n"));
        file("web.env", filled("WEB_PASSWORD=<env_file of a process>\n"));
        file("redis.conf", filled("bind 0.0.0.0\nrequirepass <redis.conf>\nprotected-mode no\n"));
        file("crontab", filled("* * * * * curl --token <crontab> http://u:<crontab URL>@h/\n"));
        file("output", filled("starts with zap=<output>\n{\"msg\":\"zap=<json>\"}\n"));
        file("stderr", filled("zap=<stderr>\n"));
        file("ran", filled("zap=<run output>\n"));
        file("job", filled("zap=<job output>\n"));
        file("smtp", filled("<password_file>\n"));
        file("hook", filled("<secret_file>\n"));
        String sound = yaml(storage, "");
        try (receiver;
                var daemon = DaemonUnderTest.up(home, sound)) {
            String token = ran(daemon, "token", "create", "ci", "--scope", "admin")
                    .out()
                    .strip();
            said.remove("token create ci --scope admin"); // that is where it belongs
            secrets.put("token", token);
            daemon.awaitState("web", "up");
            await().atMost(DEADLINE).until(() -> receiver.got().toString().contains("process/fails/0/given-up"));
            await().atMost(DEADLINE).until(() -> receiver.got().toString().contains("guard/"));
            ran(daemon, "cron", "run", "tick", "--wait");
            ran(daemon, "jobs", "submit", "q", "text=" + secret("payload"), "--id", "j1", "--wait");
            for (String channel : List.of("mail", "mailfile", "hook", "gone", "pager", "prog")) {
                ran(daemon, "alerts", "test", channel);
            }
            refuse(daemon, sound);
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), yaml(storage, " anew"));
            ran(daemon, "plan");
            assertThat(ran(daemon, "reload").exit()).as(said.get("reload")).isZero();
            ran(daemon, "restart", "web");
            await().atMost(DEADLINE).until(() -> exchange("/api/v1/findings", ""), a -> a.startsWith("HTTP/1.1 200"));

            over(token, stored);
            commands(daemon);
            daemon.signal("TERM");
            assertThat(daemon.join()).as(daemon.daemonOutput()).isZero();
        }
        said.put("the daemon's output", daemon());
        files();
        assertThat(secrets).hasSizeGreaterThan(60);
        var found = new TreeSet<String>();
        said.forEach((where, text) -> secrets.forEach((what, secret) -> {
            if (in(text, secret) && !mayBe(what, where)) {
                int at = Math.max(0, text.indexOf(secret));
                found.add(what + " is in " + where + ": ..."
                        + text.substring(Math.max(0, at - 120), Math.min(text.length(), at + 60))
                                .replace('\n', ' '));
            }
        }));
        assertThat(String.join("\n", found)).isEmpty();
    }

    /**
     * What a job was given is its owner's, who may read it; the store has it, and nothing that is about something else. What a
     * program prints is read before it can be redacted, into memory that outlives the daemon.
     */
    private static boolean mayBe(String what, String where) {
        if (where.equals("the file run/pump")) {
            return what.contains("output") || what.equals("stderr") || what.equals("json");
        }
        return what.equals("payload")
                && (where.contains("/jobs") || where.startsWith("jobs ") || where.contains("holdfast.db"));
    }

    private static boolean in(String text, String secret) {
        return text.contains(secret)
                || text.contains(Base64.getEncoder().encodeToString(("me:" + secret).getBytes(StandardCharsets.UTF_8)));
    }

    private String daemon() {
        return DaemonUnderTest.read(home.resolve("daemon.out"));
    }

    private void refuse(DaemonUnderTest daemon, String sound) {
        var taken = new ArrayList<String>();
        for (String[] change : UNSOUND) {
            String bad = unsound(sound, change);
            DaemonUnderTest.write(home.resolve("holdfast.yaml"), bad);
            DaemonUnderTest.Ran check = ran(daemon, "plan");
            if (check.exit() != 2) {
                taken.add(change[1] + ": " + check);
            }
        }
        assertThat(String.join("\n", taken)).as("refused as it is meant to be").isEmpty();
        ran(daemon, "reload");
        daemon.signal("HUP");
        await().atMost(DEADLINE).until(() -> daemon().contains("not reloaded: "));
        DaemonUnderTest.Ran check =
                daemon.cli("check", home.resolve("holdfast.yaml").toString());
        said.put("check", check.out() + check.err());
    }

    // ── every GET there is ──

    /** Each path with whatever name it takes; none is asked in vain. */
    private void over(String token, boolean stored) throws Exception {
        var document = (Map<?, ?>) JSON.type(Object.class).fromJson(get("/api/v1/openapi.json", ""));
        for (Map.Entry<?, ?> path : ((Map<?, ?>) Objects.requireNonNull(document.get("paths"))).entrySet()) {
            String route = (String) path.getKey();
            if (!(((Map<?, ?>) path.getValue()).get("get") instanceof Map<?, ?> of)) {
                continue;
            }
            boolean answered = false;
            for (String target : targets(route)) {
                answered |= asked("/api/v1" + target, "").startsWith("HTTP/1.1 200");
                answered |= asked("/api/v1" + target + "?lines=500&n=500&after=", "")
                        .startsWith("HTTP/1.1 200");
                if (String.valueOf(of.get("responses")).contains("text/event-stream")) {
                    answered |= follow("/api/v1" + target).startsWith("HTTP/1.1 200");
                }
            }
            assertThat(answered || !stored)
                    .as("%s: for a new route say a name in NAMES that it answers", route)
                    .isTrue();
        }
        asked("/metrics", "");
        asked("/metrics", "Accept: application/openmetrics-text\r\n");
        for (String page : List.of("/", "/app.js", "/metrics", "/api/v1/status", "/api/v1/me", "/api/v1/tokens")) {
            said.put("TCP " + page, byTcp(page, token));
            said.put("TCP, no token, " + page, byTcp(page, "hft_" + secret("wrong token")));
        }
    }

    private static final List<String> NAMES =
            List.of("web", "fails", "absent", "tick", "q", "j1", "site", "weekly", "seen", "hook", "ci", "holdfast");

    private static List<String> targets(String route) {
        if (!PARAMETER.matcher(route).find()) {
            return route.equals("/history")
                    ? List.of("/history?of=process:web/0&metric=cpu", "/history?of=host&metric=memory")
                    : List.of(route);
        }
        return NAMES.stream()
                .map(name -> PARAMETER.matcher(route).replaceAll(name))
                .toList();
    }

    private String asked(String target, String headers) throws IOException {
        String answer = exchange(target, headers);
        said.put("GET " + target + " " + headers.strip(), answer);
        return answer;
    }

    private String get(String target, String headers) throws IOException {
        String answer = exchange(target, headers);
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private String exchange(String target, String headers) throws IOException {
        try (SocketChannel channel = sent(target, headers)) {
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private SocketChannel sent(String target, String headers) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(home.resolve("run/holdfast.sock")));
        channel.write(ByteBuffer.wrap(
                ("GET " + target + " HTTP/1.1\r\n" + headers + "\r\n").getBytes(StandardCharsets.UTF_8)));
        return channel;
    }

    /** From the first that a page has to the last. */
    private String follow(String target) throws IOException {
        List<String> ids = Pattern.compile("\"id\":\"([^\"]+)\"")
                .matcher(get(target + (target.contains("/logs/") ? "?lines=500" : "?n=500"), ""))
                .results()
                .map(m -> m.group(1))
                .toList();
        if (ids.size() < 2) {
            return "";
        }
        var answer = new StringBuilder();
        try (SocketChannel channel =
                sent(target, "Accept: text/event-stream\r\nLast-Event-ID: " + ids.getFirst() + "\r\n")) {
            ByteBuffer part = ByteBuffer.allocate(1 << 16);
            while (answer.indexOf("id: " + ids.getLast()) < 0 && channel.read(part.clear()) > 0) {
                answer.append(StandardCharsets.UTF_8.decode(part.flip()));
            }
        }
        said.put("SSE " + target, answer.toString());
        return answer.toString();
    }

    private String byTcp(String path, String token) {
        DaemonUnderTest.Ran ran = DaemonUnderTest.runPlain(
                List.of("curl", "-sSik", "-H", "Authorization: Bearer " + token, "https://127.0.0.1:" + port + path));
        assertThat(ran.out()).as(ran.err()).startsWith("HTTP/1.1 ");
        return ran.out();
    }

    // ── what asks by the command line ──

    private void commands(DaemonUnderTest daemon) {
        for (String command : List.of(
                "status",
                "status --json",
                "status web",
                "why web",
                "why fails",
                "why absent",
                "why tick",
                "doctor",
                "plan",
                "cron list",
                "cron history tick",
                "cron next tick",
                "queue list",
                "queue show q",
                "jobs list",
                "jobs show j1",
                "alerts list")) {
            ran(daemon, command.split(" "));
        }
        for (String command : List.of(
                "logs fails",
                "logs web",
                "logs tick",
                "logs q",
                "report",
                "report --json",
                "report --html",
                "health",
                "fleet",
                "guard scan",
                "guard history",
                "guard status",
                "token list",
                "zombies",
                "orphans",
                "audit")) {
            DaemonUnderTest.Ran ran = daemon.cli(command.split(" "));
            said.put(command, ran.out() + ran.err());
        }
    }

    /** All that the daemon has written; what the test has is not its own. */
    private void files() throws IOException {
        for (String dir : List.of("run", "state", "log")) {
            try (Stream<Path> all = Files.walk(home.resolve(dir))) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    said.put("the file " + home.relativize(file), DaemonUnderTest.read(file));
                }
            }
        }
        var names = new ArrayList<>(said.keySet());
        assertThat(names.toString())
                .contains("audit.jsonl", "journal.jsonl", "holdfast.db", "tokens.json", "log/fails");
    }
}
