package dev.holdfast.chaos;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A configuration that has something of everything; a pure function of where it is and which it is. */
record FullConfiguration(Grounds at, int webhookPort) {
    /** Replicas that must run, by the lock that each holds. */
    static final List<String> LASTING =
            List.of("db", "app.0", "app.1", "app.2", "scribe", "chatty", "stubborn", "turncoat.0");

    /** Schedules that begin every few seconds, whatever else there is. */
    static final List<String> DUE = List.of("tick", "slow", "queued", "hung", "sour", "forky");

    /** What of an attempt is known by its queue: how often it is tried at most. */
    static int mostAttempts(String kind) {
        return switch (kind) {
            case "good", "fork" -> 40;
            case "bad" -> 3;
            case "hang" -> 2;
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private String actor(String part, String... more) {
        String rest = more.length == 0 ? "" : ", " + String.join(", ", more);
        return "[%s/chaos-actor, %s/actor.pl, %s, %s, %s%s]"
                .formatted(home().resolve("bin"), home().resolve("bin"), part, at.mark(), at.marks(), rest);
    }

    private Path home() {
        return at.home();
    }

    /**
     * @param generation of what changes from one to the next
     * @param more processes, that run only when asked, and schedules, that are due next year
     */
    String yaml(int generation, int more) {
        return global()
                + processes(generation)
                + many("processes", more)
                + schedules()
                + many("schedules", more)
                + queues()
                + rest();
    }

    private static String many(String what, int more) {
        return IntStream.range(0, more)
                .mapToObj(i -> what.equals("processes")
                        ? "  extra%d: { command: [sleep, \"1000\"], manual: true }\n".formatted(i)
                        : "  yearly%d: { cron: \"0 0 1 1 *\", command: [\"true\"] }\n".formatted(i))
                .collect(Collectors.joining());
    }

    private String global() {
        return """
                version: 1
                global:
                  shutdown_timeout: 20s
                  api: { listen: "127.0.0.1:%d" }
                  metrics: { listen: "127.0.0.1:%d" }
                  logging:
                    max_total_size: 4Mi
                    outputs: [ { type: file, path: %s/big/all.log, rotation: { max_size: 4Mi, max_backups: 2 } } ]
                  storage: { lease: 10s }
                defaults:
                  process:
                    env: { TMPDIR: %s/tmp }
                    restart: { delay: 100ms, max_delay: 2s, policy: always }
                    logging: { file: { rotation: { max_size: 256Ki, max_backups: 3 } } }
                """.formatted(at.apiPort(), at.metricsPort(), home(), home());
    }

    private String processes(int generation) {
        String port = Integer.toString(at.servePort());
        return """
                processes:
                  prepare: { type: oneshot, command: ["true"], restart: never }
                  db:
                    command: %s
                    depends_on: { prepare: completed }
                    health: { tcp: { address: "127.0.0.1:%s" }, period: 1s, timeout: 5s }
                  app:
                    command: %s
                    replicas: 3
                    depends_on: { db: healthy }
                    readiness: { notify: true }
                    start_timeout: 20s
                    liveness: { exec: { command: ["true"] }, period: 5s, timeout: 20s }
                    resources: { limits: { memory: 128Mi, pids: 20 } }
                  scribe:
                    command: %s
                    logging: { file: { path: %s/big/scribe.log, rotation: { max_size: 2Mi, max_backups: 1000 } } }
                  chatty:
                    command: %s
                  crasher:
                    command: %s
                  hopeless:
                    command: ["false"]
                    restart: { delay: 100ms, limit: 3, window: 10m }
                  stubborn:
                    command: %s
                    stop: { timeout: 1s }
                  turncoat:
                    command: %s
                    env: { GENERATION: "%d" }
                """.formatted(
                                actor("serve", "db", "\"" + port + "\""),
                                port,
                                actor("app", "app"),
                                actor("scribe", "scribe", "\"0.02\""),
                                home(),
                                actor("scribe", "chatty", "\"0.01\""),
                                actor("crasher", "crasher"),
                                actor("stubborn", "stubborn"),
                                actor("app", "turncoat"),
                                generation)
                + (generation % 2 == 0 ? "" : "  guest: { command: %s }\n".formatted(actor("app", "guest")));
    }

    private String schedules() {
        return """
                schedules:
                  tick: { every: 2s, command: %s }
                  slow: { every: 2s, command: %s }
                  queued: { every: 3s, overlap: queue, command: %s }
                  hung: { every: 5s, timeout: 1s, stop: { timeout: 1s }, command: %s }
                  sour: { every: 4s, retry: { max_attempts: 2, backoff: { initial: 1s } }, command: %s }
                  forky: { every: 5s, command: %s }
                """.formatted(
                        actor("run", "tick", "\"0.1\"", "\"0\""),
                        actor("run", "slow", "\"3\"", "\"0\""),
                        actor("run", "queued", "\"2\"", "\"0\""),
                        actor("run", "hung", "\"1000\"", "\"0\""),
                        actor("run", "sour", "\"0.1\"", "\"1\""),
                        actor("run", "forky", "\"0.2\"", "\"0\"", "\"1\""));
    }

    private String queues() {
        return "queues:\n"
                + queue(
                        "good",
                        2,
                        "workdir: {}, deliver: { files: \"{workdir}/out\", to: \"%s/ready/{id}\" }".formatted(home()))
                + queue("fork", 1, "workdir: {}")
                + queue("bad", 1, "workdir: {}")
                + queue("hang", 3, "timeout: 500ms, stop: { timeout: 1s }");
    }

    private String queue(String kind, int concurrency, String more) {
        return "  %s: { command: %s, concurrency: %d, retry: { max_attempts: %d, backoff: { initial: 100ms, max: 500ms } }, %s }\n"
                .formatted(kind, actor("job", kind, "\"{id}\"", kind), concurrency, mostAttempts(kind), more);
    }

    private String rest() {
        return """
                guard:
                  interval: 1s
                  rules:
                    hog:
                      match: { command: "actor.pl hog %1$s" }
                      any: [ { memory: "> 60Mi", for: 1s } ]
                      action: kill
                      grace: 1s
                      alert: [ops]
                    many:
                      match: { command: "actor.pl .* %1$s" }
                      total: [ { count: "> 2000" } ]
                      action: alert
                host:
                  interval: 2s
                  disk: { /: { warning: "> 99.9%%" } }
                probes:
                  db: { tcp: { address: "127.0.0.1:%2$d" }, every: 2s, critical: "down for 5s", alert: [ops] }
                  file: { file: { path: %3$s/bin/actor.pl }, every: 2s, critical: "down for 5s" }
                  exec: { exec: { command: ["true"] }, every: 3s }
                cleanup:
                  tmp: { path: %3$s/tmp, match: { type: file, older_than: 2s }, every: 3s }
                alerts:
                  cooldown: 5s
                  group_window: 500ms
                  channels:
                    ops: { type: webhook, url: "http://127.0.0.1:%4$d/", timeout: 5s }
                """.formatted(at.mark(), at.servePort(), home(), webhookPort);
    }
}
