package dev.holdfast.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.compose.ComposeAudit;
import dev.holdfast.audit.crontab.CrontabAudit;
import dev.holdfast.audit.kernel.KernelAudit;
import dev.holdfast.audit.laravel.LaravelAudit;
import dev.holdfast.audit.mariadb.MariadbAudit;
import dev.holdfast.audit.nginx.NginxAudit;
import dev.holdfast.audit.note.Rule;
import dev.holdfast.audit.redis.RedisAudit;
import dev.holdfast.audit.supervisor.SupervisorAudit;
import dev.holdfast.audit.systemd.SystemdAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** docs/audit-rules.md says what the code looks for, and each rule belongs to its program. */
class RulesTest {
    private static final Path PAGE = Path.of("docs/audit-rules.md");

    private static Map<Auditor, List<Rule>> rules() {
        var rules = new LinkedHashMap<Auditor, List<Rule>>();
        rules.put(new MariadbAudit(), MariadbAudit.rules());
        rules.put(new NginxAudit(), NginxAudit.rules());
        rules.put(new RedisAudit(), RedisAudit.rules());
        rules.put(new SystemdAudit(), SystemdAudit.rules());
        rules.put(new SupervisorAudit(), SupervisorAudit.rules());
        rules.put(new ComposeAudit(), ComposeAudit.rules());
        rules.put(new CrontabAudit(), CrontabAudit.rules());
        rules.put(new LaravelAudit(), LaravelAudit.rules());
        rules.put(new KernelAudit(), KernelAudit.rules());
        return rules;
    }

    private static String page() {
        var page = new StringBuilder();
        rules().forEach((auditor, rules) -> {
            page.append("\n## ")
                    .append(auditor.program())
                    .append("\n| rule | grade | what it looks at |\n|---|---|---|\n");
            rules.forEach(r -> page.append(
                    "| `%s` | %s | %s |\n".formatted(r.id(), r.grade().written(), r.about())));
        });
        return page.toString();
    }

    /** {@code -Dholdfast.audit-rules=write} writes the tables anew; what stands before the first stays. */
    @Test
    void areInTheirPage() throws Exception {
        String text = Files.readString(PAGE);
        String head = text.substring(0, text.indexOf("\n## mariadb"));
        if ("write".equals(System.getProperty("holdfast.audit-rules"))) {
            Files.writeString(PAGE, head + page());
        }
        assertThat(Files.readString(PAGE)).contains(page());
    }

    @Test
    void areNamedByTheirProgramAndOnce() {
        rules().forEach((auditor, rules) ->
                assertThat(rules).allMatch(r -> r.id().matches(auditor.program() + "-[a-z]+(-[a-z]+)*")));
        assertThat(rules().values().stream().flatMap(List::stream).map(Rule::id))
                .doesNotHaveDuplicates();
    }

    /**
     * Each rule has a test beside its auditor's that finds it, and each auditor a well host, on which it finds none of them,
     * and broken files of all kinds, of which it says so ({@link AuditorContract}).
     */
    @Test
    void areFoundNotFoundAndSurvivedByTests() throws Exception {
        var all = new LinkedHashMap<String, List<String>>();
        rules().forEach((auditor, rules) ->
                all.put(auditor.program(), rules.stream().map(Rule::id).toList()));
        String page = Files.readString(PAGE);
        all.put(
                "php",
                java.util.regex.Pattern.compile("(?m)^\\| `(php-fpm-[a-z-]+)`")
                        .matcher(page)
                        .results()
                        .map(m -> m.group(1))
                        .toList());
        assertThat(all.get("php")).hasSizeGreaterThan(20);
        for (var entry : all.entrySet()) {
            String tests = tests(entry.getKey());
            assertThat(entry.getValue()).as(entry.getKey()).isNotEmpty().allMatch(id -> named(tests, id));
            assertThat(tests)
                    .contains("extends AuditorContract")
                    .containsPattern("void (hasNothingAgainst|saysNothingOf)[A-Za-z]+\\(\\)");
        }
    }

    /** That a file is unreadable the contract itself expects, of every auditor. */
    private static boolean named(String tests, String id) {
        return tests.contains("\"" + id + "\"") || id.endsWith("-unreadable");
    }

    private static String tests(String room) throws java.io.IOException {
        var text = new StringBuilder();
        try (var files = Files.list(Path.of("src/test/java/dev/holdfast/audit", room))) {
            for (Path file : files.toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }
}
