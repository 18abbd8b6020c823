package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.holdfast.api.Client;
import dev.holdfast.api.FindingList;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditCommandTest {
    private static final String POOL = "/etc/php/8.3/fpm/pool.d/www.conf";

    @TempDir
    private Path root;

    private int uid;

    @BeforeEach
    void theIncident() throws IOException {
        int owner = (int) Files.getAttribute(root, "unix:uid");
        uid = owner == 0 ? 1000 : owner;
        write("/etc/php/8.3/fpm/php-fpm.conf", "[global]\ninclude=/etc/php/8.3/fpm/pool.d/*.conf\n");
        write(POOL, """
                [www]
                listen = /run/php.sock
                pm = static
                pm.max_children = 20
                pm.max_requests = 500
                request_terminate_timeout = 30s
                php_admin_value[memory_limit] = 8G
                """);
    }

    private Path write(String path, String text) throws IOException {
        Path file = root.resolve(path.substring(1));
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static String pool(String name, int children, String more, String limit) {
        return """
                [%s]
                listen = /run/s
                pm = static
                pm.max_children = %d
                %s
                php_admin_value[memory_limit] = %s
                """.formatted(name, children, more, limit);
    }

    private Run audit(String... more) {
        String[] args = new String[more.length + 5];
        System.arraycopy(new String[] {"audit", "--root", root.toString(), "--memory", "16Gi"}, 0, args, 0, 5);
        System.arraycopy(more, 0, args, 5, more.length);
        return Run.by(uid, Map.of("HOME", "/nonexistent"), args);
    }

    @Test
    void namesTheIncidentBeforeItHappens() {
        Run run = audit();
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.out())
                .contains(
                        "critical  php-fpm-overcommit  " + POOL + ":4",
                        "20 children of PHP-FPM may take 160.0GiB",
                        "  · pool www: 20 children × 8.0GiB = 160.0GiB",
                        "      7 - php_admin_value[memory_limit] = 8G",
                        "      7 + php_admin_value[memory_limit] = 704M",
                        "MEMORY CLAIMED BY",
                        "This host can be killed by its own configuration: 160.0GiB may be claimed of 16.0GiB");
    }

    @Test
    void exitsByTheWorst() throws IOException {
        assertThat(audit("php-fpm").code()).isEqualTo(2);
        write(POOL, pool("www", 2, "pm.max_requests = 5\nrequest_terminate_timeout = 9", "2G"));
        assertThat(audit("php-fpm").code()).isEqualTo(1);
        assertThat(audit("php-fpm", "--fail-on", "critical").code()).isZero();
        write(POOL, "[www]\nlisten = /run/s\npm = static\npm.max_children = 2\nrequest_terminate_timeout = 9\n");
        assertThat(audit("php-fpm").code()).isZero();
        assertThat(audit("php-fpm", "--fail-on", "note").code()).isEqualTo(1);
        assertThat(audit("redis").out()).doesNotContain("php-fpm-");
        assertThat(audit("perl").code()).isEqualTo(2);
        assertThat(audit("perl").err()).contains("\"perl\" is no program that can be audited; these can: php-fpm");
    }

    @Test
    void isJsonAsTheApiHasIt() throws IOException {
        FindingList list = Client.read(audit("--format", "json").out(), FindingList.class);
        FindingList.Entry worst = list.findings().getFirst();
        assertThat(worst.rule()).isEqualTo("php-fpm-overcommit");
        assertThat(worst.severity()).isEqualTo("critical");
        assertThat(worst.sites()).contains(new FindingList.Place(POOL, 7));
        assertThat(worst.edits())
                .singleElement()
                .satisfies(e -> assertThat(e.after()).containsExactly("php_admin_value[memory_limit] = 704M"));
        assertThat(list.total().deadly()).isTrue();
        assertThat(list.total().worst()).isEqualTo(160L << 30);
        assertThat(list.programs()).extracting(FindingList.Program::name).contains("php-fpm");
    }

    @Test
    void isSarifAsItsSchemaWantsIt() throws IOException {
        write("/etc/nginx/nginx.conf", "events {}\nhttp { server { listen 80; } }\n");
        String sarif = audit("--format", "sarif").out();
        String schema = Files.readString(Path.of("src/test/resources/sarif/sarif-schema-2.1.0.json"));
        var validator =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(schema);
        assertThat(validator.validate(sarif, InputFormat.JSON))
                .extracting(Error::getMessage)
                .isEmpty();
        assertThat(validator.validate(sarif.replace("\"ruleId\"", "\"ruleld\""), InputFormat.JSON))
                .as("the schema is in force")
                .isNotEmpty();
        assertThat(sarif)
                .contains(
                        "\"ruleId\":\"php-fpm-overcommit\"",
                        "\"level\":\"error\"",
                        "\"uri\":\"file://" + POOL + "\"",
                        "\"startLine\":7",
                        "\"insertedContent\":{\"text\":\"php_admin_value[memory_limit] = 704M\\n\"}");
    }

    @Test
    void leavesOutWhatTheBaselineAccepts() throws IOException {
        Path baseline = root.resolve("accepted.txt");
        Run written = audit("--write-baseline", baseline.toString());
        assertThat(written.code()).isZero();
        assertThat(baseline).content().contains("php-fpm-overcommit\t" + POOL + "\t\n");
        Run run = audit("--baseline", baseline.toString());
        assertThat(run.code()).as(run.out()).isZero();
        assertThat(run.out()).doesNotContain("critical  ").contains("accepted by the baseline");
        write(POOL, pool("shop", 20, "pm.max_requests = 5\nrequest_terminate_timeout = 9", "9G"));
        Run after = audit("--baseline", baseline.toString());
        assertThat(after.out()).as("another pool").contains("php-fpm-memory-limit-high");
        assertThat(after.err()).contains("accepted and not found any more: php-fpm-memory-limit-high");
        Files.writeString(baseline, "one two\n");
        assertThat(audit("--baseline", baseline.toString()).err()).contains("a line is rule, file and subject");
    }

    @Test
    void aBaselineOfOneProgramLeavesThoseOfOthersAlone() throws IOException {
        write("/etc/redis/redis.conf", "bind 127.0.0.1\n");
        Path baseline = root.resolve("accepted.txt");
        audit("--write-baseline", baseline.toString());
        assertThat(baseline).content().contains("redis-maxmemory-unset\t", "php-fpm-overcommit\t");
        assertThat(audit("php-fpm", "--baseline", baseline.toString()).err()).isEmpty();
        write(POOL, pool("www", 2, "pm.max_requests = 5\nrequest_terminate_timeout = 9", "2G"));
        assertThat(audit("php-fpm", "--baseline", baseline.toString()).err())
                .contains("not found any more: php-fpm-overcommit")
                .doesNotContain("redis");
        assertThat(audit("php-fpm", "--write-baseline", baseline.toString()).code())
                .isZero();
        assertThat(baseline)
                .content()
                .contains("redis-maxmemory-unset\t", "php-fpm-memory-limit-high\t")
                .doesNotContain("php-fpm-overcommit");
        try (Stream<Path> all = Files.list(root)) {
            assertThat(all).as("nothing is left beside it").hasSize(2);
        }
    }

    @Test
    void whatIsLeftOverIsNoSuccess() throws IOException {
        Files.write(
                root.resolve(POOL.substring(1)),
                "; \u00e4\n".getBytes(StandardCharsets.ISO_8859_1),
                StandardOpenOption.APPEND);
        Run run = audit("php-fpm", "--fix", "--yes", "--fail-on", "critical");
        assertThat(run.out()).contains("left for the next time: php-fpm-overcommit", "it is not UTF-8");
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void mendsWithoutAsking() throws IOException {
        Run run = audit("php-fpm", "--fix", "--yes");
        assertThat(run.out())
                .contains(
                        "-php_admin_value[memory_limit] = 8G",
                        "+php_admin_value[memory_limit] = 704M",
                        "read again by Holdfast: sound");
        assertThat(root.resolve(POOL.substring(1))).content().contains("= 704M");
        assertThat(audit("php-fpm").code()).isZero();
        assertThat(audit("php-fpm", "--fix", "--yes").out()).contains("Nothing can be mended by itself.");
        assertThat(audit("--yes").err()).contains("--yes goes with --fix");
    }

    @Test
    void showsNoPasswords() throws IOException {
        write(
                POOL,
                Files.readString(root.resolve(POOL.substring(1)))
                        + "env[DB_PASSWORD] = hush one\nenv[DB_PASSWORD] = hush two\n");
        assertThat(audit().out()).contains("php-fpm-overridden").doesNotContain("hush");
        assertThat(audit("--format", "json").out())
                .contains("php-fpm-overridden")
                .doesNotContain("hush");
        assertThat(audit("--format", "sarif").out())
                .contains("php-fpm-overridden")
                .doesNotContain("hush");
        assertThat(audit("php-fpm", "--fix", "--yes").out())
                .contains("+php_admin_value[memory_limit] = 704M", "env[DB_PASSWORD] = ***")
                .doesNotContain("hush");
        assertThat(root.resolve(POOL.substring(1))).content().contains("env[DB_PASSWORD] = hush one");
    }

    @Test
    void needsNoFileAndNoDaemon(@TempDir Path empty) {
        Run run = Run.of("audit", "--root", empty.toString(), "--memory", "1Gi");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("Nothing was found that could be audited.", "1 note.");
    }

    @Test
    void auditsItsOwnConfigurationAndFindsFilesByIt() throws IOException {
        Path own = root.resolve("own.yaml");
        Files.writeString(own, """
                version: 1
                processes: { web: { command: [/bin/web] } }
                audit: { php_fpm: { config: /opt/fpm.conf } }
                """);
        write("/opt/fpm.conf", "[own]\nlisten = /run/s\npm = static\n");
        Run run = audit("--config", own.toString());
        assertThat(run.out())
                .contains("holdfast-no-memory-limit", "php-fpm-max-children-missing  /opt/fpm.conf:1")
                .doesNotContain("pool www");
        Files.writeString(own, "version: 1\nprocess: {}\n");
        assertThat(audit("--config", own.toString()).err()).contains("the configuration is not sound");
    }
}
