package dev.holdfast.audit.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.AuditorContract;
import dev.holdfast.audit.Claim;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Site;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComposeAuditTest extends AuditorContract {
    private static final String FILE = "/opt/shop/docker-compose.yml";

    private final ComposeAudit audit = new ComposeAudit();

    @Override
    protected Auditor auditor() {
        return audit;
    }

    @Override
    protected String file() {
        return FILE;
    }

    @Override
    protected List<String> beginnings() {
        return List.of(
                "",
                "services:\n  a:\n    mem_limit: ",
                "services: {a: {deploy: ",
                "x: &a\n  b: *a\nservices:\n  <<: *a\n");
    }

    private static FakeGrounds compose(String text) {
        return new FakeGrounds().file(FILE, text.split("\n"));
    }

    private List<String> of(String text) {
        return rules(audit.audit(compose(text)));
    }

    @Test
    void hasNothingAgainstLimitedServices() {
        var verdict = audit.audit(compose("""
                x-base: &base
                  restart: unless-stopped
                  mem_limit: 512m
                services:
                  web:
                    <<: *base
                  worker:
                    extends: web
                    deploy:
                      replicas: 3
                  db:
                    restart: always
                    deploy: { resources: { limits: { memory: "${DB_MEMORY:-1.5G}" } } }
                """));
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.claims()).extracting(c -> c.worst()).containsExactly(512L << 20, 3 * (512L << 20), 3L << 29);
        assertThat(verdict.claims().get(1).arithmetic()).isEqualTo("3 × 512 MiB");
    }

    @Test
    void findsServicesWithoutLimitAndRestart() throws Exception {
        var host = compose("""
                services:
                  web:
                    image: nginx
                """);
        var verdict = audit.audit(host);
        assertThat(only(verdict, "compose-no-memory-limit").sites()).containsExactly(new Site(FILE, 2));
        assertThat(mended(host, only(verdict, "compose-no-restart")))
                .containsExactly("services:", "  web:", "    restart: unless-stopped", "    image: nginx");
        assertThat(verdict.claims())
                .singleElement()
                .satisfies(c -> assertThat(c.worst()).isEqualTo(Long.MAX_VALUE));
    }

    @Test
    void replacesARestartThatIsNone() throws Exception {
        var host = compose("services:\n  a:\n    mem_limit: 1g\n    restart: \"no\"");
        assertThat(mended(host, only(audit.audit(host), "compose-no-restart"))).endsWith("    restart: unless-stopped");
        assertThat(of("services: {a: {mem_limit: 1g, deploy: {restart_policy: {condition: any}}}}"))
                .isEmpty();
    }

    @Test
    void readsTheOverrideToo() {
        var host = compose("services:\n  a:\n    image: x")
                .file(
                        "/opt/shop/docker-compose.override.yml",
                        "services:",
                        "  a:",
                        "    mem_limit: 1g",
                        "    restart: always");
        assertThat(audit.audit(host).findings()).isEmpty();
        assertThat(audit.audit(host).looked()).hasSize(2);
    }

    @Test
    void findsLimitsAboveTheHost() {
        String text = "services: {a: {restart: always, mem_limit: 6g, scale: 2}}";
        assertThat(rules(audit.audit(compose(text).memory(8L << 30)))).containsExactly("compose-memory-above-host");
        assertThat(rules(audit.audit(compose(text).memory(16L << 30)))).isEmpty();
    }

    @Test
    void fillsInWhatTheEnvironmentFileSays() {
        var env = new String[] {"# sizes", "export WEB=1g # enough", "EMPTY=", "QUOTED=\"2g\" # x", "UNIT='m'"};
        var sizes = Map.ofEntries(
                Map.entry("$WEB", 1L << 30),
                Map.entry("\"${WEB}\"", 1L << 30),
                Map.entry("\"${QUOTED:?must be}\"", 2L << 30),
                Map.entry("\"512${UNIT}\"", 512L << 20),
                Map.entry("\"${EMPTY:-256m}\"", 256L << 20),
                Map.entry("\"${NONE:-${WEB}}\"", 1L << 30),
                Map.entry("\"${NONE-64m}\"", 64L << 20),
                Map.entry("\"${WEB:+128m}\"", 128L << 20));
        sizes.forEach((written, bytes) -> {
            var host = compose("services: {a: {restart: \"${RESTART:-always}\", mem_limit: " + written
                            + ", scale: \"${N-2}\"}}")
                    .file("/opt/shop/.env", env);
            assertThat(audit.audit(host).claims())
                    .as(written)
                    .extracting(c -> c.worst())
                    .containsExactly(2 * bytes);
            assertThat(audit.audit(host).findings()).isEmpty();
        });
    }

    @Test
    void namesWhatOnlyTheShellKnows() {
        for (String keys : List.of(
                "mem_limit: \"${NONE}\"",
                "mem_limit: $NONE",
                "mem_limit: \"${NONE:?set it}\"",
                "mem_limit: \"${NONE:+1g}\"",
                "mem_limit: \"${NONE\"",
                "mem_limit: 1g, scale: \"${NONE}\"",
                "mem_limit: 1g, deploy: {replicas: \"${NONE}\"}")) {
            var verdict = audit.audit(compose("services: {a: {restart: always, " + keys + "}}"));
            assertThat(verdict.findings()).as(keys).isEmpty();
            assertThat(verdict.claims()).singleElement().satisfies(c -> {
                assertThat(c.worst()).isEqualTo(Claim.NOT_KNOWN);
                assertThat(c.arithmetic()).endsWith("is filled in by the environment");
            });
        }
        assertThat(rules(audit.audit(compose("services: {a: {restart: always, mem_limit: $A}}")
                        .unreadable("/opt/shop/.env"))))
                .containsExactly("compose-unreadable");
    }

    @Test
    void looksWhereItIsTold() {
        var host = new FakeGrounds()
                .file("/x/a.yml", "services: {a: {restart: always}}")
                .told("compose.files", "/x/a.yml");
        assertThat(rules(audit.audit(host))).containsExactly("compose-no-memory-limit");
    }

    @Test
    void saysWhatIsBroken() {
        for (String text : List.of(
                "services: [",
                "a: b",
                "- x",
                "services:\n\ta: 1",
                "services: {a: {restart: always, mem_limit: lots}}",
                "services: {a: {restart: always, mem_limit: 1g, scale: many}}",
                "services: " + "[".repeat(5_000),
                "services: {a: *nobody")) {
            assertThat(of(text)).as(text).contains("compose-unreadable");
        }
    }

    @Test
    void endsAnExtendsThatNeverEnds() {
        assertThat(of("services: {a: {extends: b, restart: always}, b: {extends: a, mem_limit: 1g}}"))
                .isEmpty();
    }

    @Test
    void acceptsAFileThatOnlyIncludes() {
        assertThat(audit.audit(host().file(file(), "include:", "  - ../shop/compose.yml"))
                        .findings())
                .isEmpty();
    }
}
