package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.GuardSpec.Measure;
import dev.holdfast.config.GuardSpec.RuleSpec;
import dev.holdfast.config.GuardSpec.ZombieDeed;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardConfigTest {
    @TempDir
    private Path dir;

    private static GuardSpec contract(String name) {
        Loaded loaded =
                new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/" + name + ".yaml"));
        return Objects.requireNonNull(((Loaded.Sound) loaded).config().guard());
    }

    @Test
    void theContractsRulesSayWhatTheyDo() {
        GuardSpec guard = contract("mautic-n8n");
        RuleSpec runaway = Objects.requireNonNull(guard.rules().get("mautic-runaway"));
        assertThat(runaway.any())
                .extracting(Object::toString)
                .containsExactly("cpu > 80% for 2m", "memory > 1Gi for 10s", "runtime > 30m", "cpu == 0% for 1h");
        assertThat(runaway.any().getLast().name()).isEqualTo("stuck");
        assertThat(runaway.match().exclude()).isEqualTo("php-fpm: master");
        assertThat(runaway.deed()).isEqualTo(new Deed.Kill(Signal.TERM, Duration.ofSeconds(15), true));
        assertThat(runaway.alert()).containsExactly("ops");
        RuleSpec total = Objects.requireNonNull(guard.rules().get("mautic-total"));
        assertThat(total.total())
                .extracting(c -> c.measure())
                .containsExactly(Measure.CPU, Measure.MEMORY, Measure.COUNT);
        assertThat(Objects.requireNonNull(guard.rules().get("n8n-container"))
                        .match()
                        .container())
                .isEqualTo("n8n_mautic_erpnext");
    }

    @Test
    void theContractsZombiesAndOrphansSayWhatTheyDo() {
        GuardSpec.ZombieSpec zombies =
                Objects.requireNonNull(contract("media-bot").zombies());
        assertThat(zombies.every()).isEqualTo(Duration.ofMinutes(30));
        assertThat(zombies.deed()).isEqualTo(ZombieDeed.KILL_PARENT_IF_OURS);
        GuardSpec.OrphanSpec orphans =
                Objects.requireNonNull(contract("analytics-workers").orphans());
        assertThat(orphans.olderThan()).isEqualTo(Duration.ofHours(24));
        assertThat(orphans.deed()).isInstanceOf(Deed.Kill.class);
        assertThat(orphans.every()).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{match: {command: x}, action: kill} | a rule needs a condition under any, all or total",
                "{match: {command: x}, any: [{}], action: kill} | a condition needs one of cpu, memory, runtime",
                "{match: {command: x}, any: [{for: 1m}], action: kill} | a condition needs one of cpu, memory, runtime",
                "{match: {command: x}, any: [{cpu: '> 8%', memory: '> 1Mi'}], action: kill} | a condition has one measure, not cpu and memory",
                "{match: {command: x}, any: [{count: '> 8'}], action: kill} | count is of all that match: it stands under total",
                "{match: {command: x}, total: [{runtime: '> 8m'}], action: kill} | runtime is of one process: it stands under any or all",
                "{match: {command: x}, any: [{memory: '> 80%'}], action: kill} | memory is such as > 500Mi",
                "{match: {command: x}, any: [{memory: '> 500'}], action: kill} | memory is such as > 500Mi",
                "{match: {command: x}, any: [{cpu: '> 500Mi'}], action: kill} | cpu is such as > 80%",
                "{match: {command: x}, any: [{cpu: 'free > 5%'}], action: kill} | the key says what is measured",
                "{match: {command: x}, any: [{cpu: 'down for 1m'}], action: kill} | cpu is compared, such as > 80%",
                "{match: {command: x}, any: [{cpu: '== 50%'}], action: kill} | == hardly ever holds for cpu but == 0%; use > or <",
                "{match: {command: x}, any: [{cpu: '< 0%'}], action: kill} | nothing is below 0%",
                "{match: {command: x}, any: [{memory: '== 1Mi'}], action: kill} | == hardly ever holds for memory; use > or <",
                "{match: {command: x}, any: [{threads: '> 1.5'}], action: kill} | threads is such as > 500",
                "{match: {command: x}, any: [{runtime: '> 1m', for: 5s}], action: kill} | runtime says a time already: for does not stand beside it",
                "{match: {command: x}, total: [{pressure: '> 5%'}], action: kill} | pressure is such as some > 150ms / 1s",
                "{match: {command: x}, total: [{available: '> 5%'}], action: kill} | what is left is too little, never too much",
                "{match: {command: '('}, any: [{cpu: '> 5%'}], action: kill} | is no regular expression",
                "{match: {command: '(?=x)'}, any: [{cpu: '> 5%'}], action: kill} | is no regular expression",
                "{match: {command: ''}, any: [{cpu: '> 5%'}], action: kill} | command is empty, which matches everything",
                "{match: {}, any: [{cpu: '> 5%'}], action: kill} | a match says which",
                "{match: {exclude: x}, any: [{cpu: '> 5%'}], action: kill} | every process of the host is command",
                "{match: {user: 'a b'}, any: [{cpu: '> 5%'}], action: kill} | \"a b\": user is a name or a number",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: alert} | alert tells nobody",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: log, grace: 5s} | grace counts only with action: kill",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: log, at_most: 1 per 1h} | at_most counts only with action: kill, restart, stop, exec, nice",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: kill, command: [y]} | command counts only with action: exec",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: kill, choose: oldest} | choose counts only with total",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: exec} | exec needs a command",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: restart} | restart is for processes of this file",
                "{match: {command: x, managed: true}, total: [{count: '> 5'}], action: stop} | stop of a total needs processes",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: restart, processes: [wbe]} | \"wbe\" is no process of this file, did you mean web?",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: nice, nice: 20} | \"20\": nice is -20 to 19",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: kill, override_protect: ['/bin/x']} | a program's name has no /",
                "{match: {command: x}, any: [{cpu: '> 5%'}], action: kill, alert: [opps]} | \"opps\" is no alert channel of this file",
            })
    void refusesARuleThatWouldNotDoWhatItSays(String rule, String message) throws IOException {
        assertThat(problems("  rules: {r: " + rule + "}")).anyMatch(m -> m.contains(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "interval: 10ms | \"10ms\": interval is at least 200ms",
                "orphans: {action: kill} | kill needs a match",
                "orphans: {action: nice, match: {command: x}} | \"nice\": of orphans it is log, alert or kill",
                "orphans: {action: log, signal: HUP} | signal counts only with action: kill",
                "zombies: {action: log, grace: 1s} | grace counts only with action: kill-parent or kill-parent-if-ours",
                "zombies: {action: kill} | it is one of log, alert, kill-parent-if-ours, kill-parent",
                "rules: {'a b': {match: {command: x}, any: [{cpu: '> 5%'}], action: kill}} | a name has letters",
                "protect: ['a/b'] | a program's name has no /",
            })
    void refusesWhatHasNoEffect(String key, String message) throws IOException {
        assertThat(problems("  " + key)).anyMatch(m -> m.contains(message));
    }

    @Test
    void aFileWithoutAGuardHasNone() throws IOException {
        Path file = dir.resolve("a.yaml");
        Files.writeString(file, "version: 1\n");
        assertThat(((Loaded.Sound) new ConfigLoader(Map.of(), false).load(file))
                        .config()
                        .guard())
                .isNull();
    }

    private List<String> problems(String guard) throws IOException {
        Path file = dir.resolve("a.yaml");
        Files.writeString(file, "version: 1\nprocesses: {web: {command: [x]}}\nguard:\n" + guard + "\n");
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Unsound.class);
        return ((Loaded.Unsound) loaded)
                .problems().stream().map(Problem::message).toList();
    }
}
