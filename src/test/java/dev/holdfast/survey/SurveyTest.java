package dev.holdfast.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Claim;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Total;
import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurveyTest {
    private static final long GIB = 1L << 30;

    private static Claim claim(String who, long worst, long typical) {
        return new Claim(who, worst, typical, null, "so much", List.of(new Site("/etc/" + who, 3)));
    }

    private static FakeGrounds host() {
        return new FakeGrounds().memory(16 * GIB).swap(0);
    }

    @Test
    void saysWhetherTheHostCanBeKilled() {
        Total fits = Total.of(host(), List.of(claim("a", 8 * GIB, GIB), claim("b", 4 * GIB, GIB)));
        assertThat(fits.deadly()).isFalse();
        assertThat(fits.finding()).isEmpty();
        assertThat(fits.line())
                .isEqualTo(
                        "This host cannot be killed by its own configuration: at most 12.0GiB are claimed of 16.0GiB of"
                                + " memory.");

        Total not = Total.of(host(), List.of(claim("a", 8 * GIB, GIB), claim("b", 9 * GIB, GIB)));
        assertThat(not.claims()).extracting(Claim::who).containsExactly("b", "a");
        Finding f = not.finding().orElseThrow();
        assertThat(f.rule()).isEqualTo("host-overcommit");
        assertThat(f.grade()).isEqualTo(Grade.WARNING);
        assertThat(f.sites()).containsExactly(new Site("/etc/b", 3));
        assertThat(f.evidence()).contains("b: 9.0GiB (so much), /etc/b:3", "a: 8.0GiB (so much), /etc/a:3");
        assertThat(not.line()).startsWith("This host can be killed by its own configuration: 17.0GiB may be claimed");

        assertThat(Total.of(host(), List.of(claim("a", 17 * GIB, GIB)))
                        .finding()
                        .orElseThrow()
                        .grade())
                .as("one alone")
                .isEqualTo(Grade.CRITICAL);
        assertThat(Total.of(host().swap(2 * GIB), List.of(claim("a", 17 * GIB, GIB)))
                        .line())
                .contains("only with swap");
    }

    @Test
    void saysSoWhenWhatRunsIsTooMuchAlone() {
        Total t = Total.of(host().memory(512L << 20).running(1, "mysqld", GIB), List.of(claim("a", Long.MAX_VALUE, 0)));
        Finding f = t.finding().orElseThrow();
        assertThat(f.grade()).isEqualTo(Grade.CRITICAL);
        assertThat(f.sites()).isEmpty();
        assertThat(f.evidence()).containsExactly("everything else that runs has 1.0GiB");
    }

    @Test
    void namesWhatNothingBounds() {
        Total t = Total.of(host(), List.of(claim("a", Long.MAX_VALUE, GIB), claim("b", GIB, GIB)));
        assertThat(t.deadly()).isTrue();
        assertThat(t.worst()).isEqualTo(GIB);
        assertThat(t.line()).contains("nothing bounds a;");
        assertThat(t.finding()).as("there is no sum to tell").isEmpty();
    }

    @Test
    void namesWhatIsNotKnown() {
        Claim open = claim("compose service web", Claim.NOT_KNOWN, 0);
        Total t = Total.of(host(), List.of(open, claim("b", GIB, GIB)));
        assertThat(t.unknown()).containsExactly(open);
        assertThat(t.unbounded()).isEmpty();
        assertThat(t.worst()).isEqualTo(GIB);
        assertThat(t.deadly()).isFalse();
        assertThat(t.line())
                .isEqualTo(
                        "Whether this host can be killed by its own configuration is not known: nothing here says what"
                                + " compose service web may take; the others claim at most 1.0GiB of 16.0GiB of memory.");
        Total more = Total.of(host(), List.of(open, claim("b", 17 * GIB, GIB)));
        assertThat(more.line())
                .startsWith("This host can be killed")
                .endsWith("; what compose service web may take is not known.");
        assertThat(more.finding().orElseThrow().evidence())
                .contains("not known, and not counted: compose service web")
                .noneMatch(l -> l.startsWith("compose service web:"));
        Claim pool = claim("php-fpm pool www", Claim.NOT_KNOWN, 0);
        Total bounded = Total.of(host(), List.of(pool, claim("systemd unit php8.2-fpm.service", 4 * GIB, GIB)));
        assertThat(bounded.unknown()).as("its unit bounds it").isEmpty();
        assertThat(bounded.worst()).isEqualTo(4 * GIB);
    }

    @Test
    void aUnitThatBoundsNothingCountsUnlessItsPartsAreKnown() {
        Claim unit = claim("systemd unit php8.3-fpm.service", Long.MAX_VALUE, 0);
        assertThat(Total.of(host(), List.of(unit)).line())
                .contains("can be killed by its own configuration: nothing bounds systemd unit php8.3-fpm.service");
        assertThat(Total.of(host(), List.of(unit, claim("php-fpm pool www", GIB, GIB)))
                        .line())
                .contains("cannot be killed by its own configuration");
    }

    @Test
    void countsAServiceThatSystemdBoundsOnce() {
        List<Claim> claims = List.of(
                claim("php-fpm pool www", Long.MAX_VALUE, GIB),
                claim("php-fpm pool shop", 3 * GIB, GIB),
                claim("systemd unit php8.2-fpm.service", 4 * GIB, 2 * GIB),
                claim("mariadb", 2 * GIB, GIB));
        Total t = Total.of(host(), claims);
        assertThat(t.worst()).isEqualTo(6 * GIB);
        assertThat(t.typical()).isEqualTo(3 * GIB);
        assertThat(t.unbounded()).isEmpty();
    }

    @Test
    void countsWhatIsBoundedAndRunsOnce() {
        Claim unit = claim("systemd unit redis-server.service", 4 * GIB, 4 * GIB);
        for (long has : new long[] {2 * GIB, 6 * GIB}) {
            FakeGrounds host = host().running(9, "redis-server", has, "redis-server");
            Total t = Total.of(host, List.of(unit));
            assertThat(t.worst()).isEqualTo(Math.max(4 * GIB, has));
            assertThat(t.measured()).isEqualTo(Math.min(4 * GIB, has));
        }
        FakeGrounds host = host().running(9, "java", 2 * GIB, "java").running(10, "redis-server", GIB, "redis-server");
        assertThat(Total.of(host, List.of(unit)).worst()).as("another runs").isEqualTo(6 * GIB);
        Claim second = claim("systemd unit redis@jobs.service", 4 * GIB, 4 * GIB);
        assertThat(Total.of(host, List.of(unit, second)).worst())
                .as("whose it is is not known")
                .isEqualTo(11 * GIB);
    }

    private static Claim pool(String version) {
        return new Claim(
                "php-fpm pool www",
                8 * GIB,
                GIB,
                null,
                "so much",
                List.of(new Site("/etc/php/" + version + "/fpm/pool.d/www.conf", 3)));
    }

    @Test
    void aUnitVouchesOnlyForWhatRunsInIt() {
        Claim old = claim("systemd unit php8.2-fpm.service", GIB, GIB);
        assertThat(Total.of(host(), List.of(old, pool("8.2"), pool("8.3"))).worst())
                .isEqualTo(9 * GIB);
        assertThat(Total.of(host(), List.of(old, pool("8.3"))).worst()).isEqualTo(9 * GIB);
        Claim fresh = claim("systemd unit php8.3-fpm.service", 2 * GIB, GIB);
        assertThat(Total.of(host(), List.of(old, fresh, pool("8.2"), pool("8.3")))
                        .worst())
                .isEqualTo(3 * GIB);
        Claim main = claim("systemd unit redis-server@main.service", GIB, GIB);
        Claim one = claim("redis /etc/redis/redis-main.conf", 4 * GIB, GIB);
        Claim other = claim("redis /etc/redis/redis-jobs.conf", 4 * GIB, GIB);
        assertThat(Total.of(host(), List.of(main, one)).worst()).isEqualTo(GIB);
        assertThat(Total.of(host(), List.of(main, one, other)).worst())
                .as("whose it is is not known")
                .isEqualTo(9 * GIB);
    }

    @Test
    void countsWhatElseRuns() {
        FakeGrounds host = host().running(9, "java", 3 * GIB, "java").running(10, "sh", Grounds.UNKNOWN, "sh");
        Total t = Total.of(host, List.of(claim("b", GIB, GIB)));
        assertThat(t.rest()).isEqualTo(3 * GIB);
        assertThat(t.worst()).isEqualTo(4 * GIB);
    }

    private static Config config(Path dir, String yaml) throws IOException {
        Path file = Files.writeString(dir.resolve("holdfast.yaml"), yaml);
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        return ((Loaded.Sound) loaded).config();
    }

    @Test
    void auditsHoldfastsOwnFile(@TempDir Path dir) throws IOException {
        Config own = config(dir, """
                version: 1
                processes:
                  web:
                    command: [/bin/web]
                    replicas: 4
                    resources: { limits: { memory: 1Gi } }
                    health: { readiness: { type: tcp, port: 80 } }
                  worker: { command: [/bin/worker] }
                schedules:
                  nightly: { cron: "0 3 * * *", command: [/bin/backup] }
                """.replace("    health: { readiness: { type: tcp, port: 80 } }\n", ""));
        FakeGrounds host = host().file(
                        own.file().toAbsolutePath().toString(),
                        Files.readAllLines(own.file()).toArray(String[]::new));
        Survey s = Survey.of(host, own, Set.of("holdfast"));
        assertThat(s.findings())
                .extracting(f -> f.rule() + " " + f.subject() + " "
                        + f.sites().getFirst().line())
                .containsExactlyInAnyOrder(
                        "holdfast-no-health processes.web 3",
                        "holdfast-no-health processes.worker 7",
                        "holdfast-no-memory-limit processes.worker 7",
                        "holdfast-no-memory-limit schedules.nightly 9",
                        "holdfast-no-timeout schedules.nightly 9");
        assertThat(s.total().claims())
                .extracting(c -> c.who() + " " + c.worst())
                .contains("holdfast process web " + 4 * GIB, "holdfast process worker " + Long.MAX_VALUE);
        assertThat(s.looked()).containsOnlyKeys("holdfast");
    }

    @Test
    void saysNothingOfAFileThatBoundsAll(@TempDir Path dir) throws IOException {
        Config own = config(dir, """
                version: 1
                schedules:
                  nightly:
                    cron: "0 3 * * *"
                    command: [/bin/backup]
                    timeout: 1h
                    resources: { limits: { memory: 1Gi } }
                """);
        assertThat(Survey.of(host(), own, Set.of("holdfast")).findings()).isEmpty();
    }

    @Test
    void readsTheRealHost() {
        HostGrounds here =
                HostGrounds.here(Path.of("/proc"), HostGrounds.Size.of(Path.of("/proc")), Map.of(), Programs::ask);
        assertThat(here.memory()).isPositive();
        assertThat(here.processors()).isPositive();
        assertThat(here.sysctl("vm.overcommit_memory")).matches("[012]");
        assertThat(here.sysctl("../../etc/passwd")).isEmpty();
        assertThat(here.descriptors((int) ProcessHandle.current().pid())).isGreaterThan(100);
        assertThat(here.descriptors(0)).isEqualTo(Grounds.UNKNOWN);
        assertThat(here.glob("/proc/sel[f]/statu?")).containsExactly("/proc/self/status");
        int own = (int) ProcessHandle.current().pid();
        assertThat(here.running()).anySatisfy(r -> {
            assertThat(r.pid()).isEqualTo(own);
            assertThat(r.pss()).isGreaterThan(10 << 20);
            assertThat(r.command()).first().asString().endsWith("java");
            assertThat(r.user()).isNotEmpty();
            assertThat(r.group()).isNotEmpty();
        });
        assertThat(here.ask(List.of("echo", "there"))).isEqualTo("there\n");
        assertThat(here.ask(List.of("false"))).isEmpty();
        assertThat(here.ask(List.of("no-such-program"))).isEmpty();
    }

    @Test
    void readsBelowARootAndNothingElse(@TempDir Path root) throws IOException {
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/a.conf"), "one\r\ntwo");
        Files.createSymbolicLink(root.resolve("etc/b.conf"), Path.of("/etc/a.conf"));
        Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(root.resolve("etc/loop"), Path.of("loop"));
        Files.createDirectory(root.resolve("etc/.hidden.conf"));
        HostGrounds below = HostGrounds.below(root, Path.of("/proc"), new HostGrounds.Size(GIB, 0), Map.of("k", "v"));
        assertThat(below.lines("/etc/b.conf")).containsExactly("one", "two");
        assertThat(below.isFile("/etc/passwd")).isFalse();
        assertThat(below.isFile("/etc/loop")).isFalse();
        assertThat(below.glob("/etc/*.conf")).containsExactly("/etc/a.conf", "/etc/b.conf");
        assertThat(below.glob("/e[t]c/[")).isEmpty();
        assertThat(below.running()).isEmpty();
        assertThat(below.ask(List.of("echo"))).isEmpty();
        assertThat(below.sysctl("vm.swappiness")).isEmpty();
        assertThat(below.told()).containsEntry("k", "v");
    }
}
