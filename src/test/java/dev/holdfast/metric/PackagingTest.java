package dev.holdfast.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.avaje.jsonb.Jsonb;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shipped for Prometheus and Grafana asks only for what there is, in their own language. */
class PackagingTest {
    private static final Path RULES = Path.of("packaging/prometheus/holdfast.rules.yml");
    private static final Path DASHBOARD = Path.of("packaging/grafana/holdfast.json");
    private static final Pattern NAME = Pattern.compile("\\bholdfast_[a-z0-9_]+");

    @TempDir
    Path dir;

    private static Set<String> known() {
        return Stream.of(Family.values())
                .flatMap(f -> f.kind() == Family.Kind.HISTOGRAM
                        ? Stream.of(f.written() + "_bucket", f.written() + "_sum", f.written() + "_count")
                        : Stream.of(f.written()))
                .collect(Collectors.toSet());
    }

    private static Set<String> names(String text) {
        return NAME.matcher(text).results().map(r -> r.group()).collect(Collectors.toSet());
    }

    private static List<String> expressions(Object json) {
        var found = new ArrayList<String>();
        if (json instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (key.equals("expr")) {
                    found.add((String) value);
                } else {
                    found.addAll(expressions(value));
                }
            });
        } else if (json instanceof List<?> list) {
            list.forEach(e -> found.addAll(expressions(e)));
        }
        return found;
    }

    private void promtool(String... arguments) throws IOException, InterruptedException {
        assumeTrue(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                        .anyMatch(d -> Files.isExecutable(Path.of(d, "promtool"))),
                "promtool is not installed");
        var command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Path said = dir.resolve("said");
        Process p = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(p.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(p.exitValue()).as(Files.readString(said)).isZero();
    }

    @Test
    void theRulesAskForMetricsThatThereAre() throws IOException {
        assertThat(names(Files.readString(RULES).replace("holdfast.rules", ""))).isSubsetOf(known());
    }

    @Test
    void theRulesRaiseWhatTheyShallAndNothingElse() throws IOException, InterruptedException {
        Files.copy(RULES, dir.resolve("holdfast.rules.yml"));
        Path tests = dir.resolve("tests.yml");
        Files.copy(Path.of("src/test/resources/holdfast.rules.test.yml"), tests);
        String written = Files.readString(tests);
        assertThat(Files.readString(RULES).lines().filter(l -> l.strip().startsWith("- alert:")))
                .allSatisfy(l -> assertThat(written).contains(l.strip().substring("- alert: ".length())));
        promtool("test", "rules", tests.toString());
    }

    @Test
    void theDashboardAsksForMetricsThatThereAreInTheirLanguage() throws IOException, InterruptedException {
        Object dashboard = Jsonb.builder().build().type(Object.class).fromJson(Files.readString(DASHBOARD));
        List<String> all = expressions(dashboard);
        assertThat(all).hasSizeGreaterThan(30);
        var asked = new HashSet<String>();
        all.forEach(e -> asked.addAll(names(e)));
        assertThat(asked).isSubsetOf(known());
        var rules = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        for (int i = 0; i < all.size(); i++) {
            String plain = all.get(i).replace("$__rate_interval", "5m");
            rules.append("  - { record: 'a:")
                    .append(i)
                    .append("', expr: '")
                    .append(plain.replace("'", "''"))
                    .append("' }\n");
        }
        promtool(
                "check",
                "rules",
                Files.writeString(dir.resolve("dashboard.yml"), rules).toString());
    }
}
