package dev.holdfast.audit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.AuditorContract;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Programs;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisAuditTest extends AuditorContract {
    private static final String MAIN = "/etc/redis/redis.conf";

    private final RedisAudit audit = new RedisAudit();

    @TempDir
    Path temp;

    @Override
    protected Auditor auditor() {
        return audit;
    }

    @Override
    protected String file() {
        return MAIN;
    }

    @Override
    protected List<String> beginnings() {
        return List.of("", "maxmemory ", "include ", "bind ", "save ");
    }

    private static FakeGrounds redis(String... lines) {
        return new FakeGrounds().file(MAIN, lines).memory(8L << 30).sysctl("vm.overcommit_memory", "1");
    }

    @Test
    void hasNothingAgainstABoundedCache() {
        var verdict = audit.audit(redis(
                "bind 127.0.0.1 -::1",
                "protected-mode yes",
                "save 3600 1 300 100",
                "appendonly no",
                "maxmemory 1gb",
                "maxmemory-policy allkeys-lru"));
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.claims())
                .singleElement()
                .satisfies(c -> assertThat(c.worst()).isEqualTo(2L << 30));
    }

    @Test
    void findsAServerWithoutABound() throws Exception {
        var host = redis("bind 127.0.0.1");
        var verdict = audit.audit(host);
        var finding = only(verdict, "redis-maxmemory-unset");
        assertThat(mended(host, finding)).containsExactly("bind 127.0.0.1", "maxmemory 2048mb");
        assertThat(verdict.claims())
                .singleElement()
                .satisfies(c -> assertThat(c.worst()).isEqualTo(Long.MAX_VALUE));
        assertThat(rules(audit.audit(redis("maxmemory 0")))).containsExactly("redis-maxmemory-unset");
    }

    @Test
    void proposesNoBoundBelowWhatItHolds() throws Exception {
        var holds = redis("save \"\"").running(7, "redis-server", 3L << 30, "/usr/bin/redis-server");
        assertThat(mended(holds, only(audit.audit(holds), "redis-maxmemory-unset")))
                .contains("maxmemory 4608mb");
        for (String[] lines : List.of(new String[] {"bind 127.0.0.1"}, new String[] {"maxmemory 64gb"})) {
            String rule = lines[0].startsWith("bind") ? "redis-maxmemory-unset" : "redis-overcommit";
            for (long pss : new long[] {3L << 30, Grounds.UNKNOWN}) { // with a snapshot's copy it does not fit
                var host = redis(lines).running(7, "redis-server", pss, "/usr/bin/redis-server");
                var fix = only(audit.audit(host), rule).fix();
                assertThat(fix.edits()).isEmpty();
                assertThat(fix.what()).contains("used_memory");
            }
        }
    }

    @Test
    void tellsNoPassword() {
        var verdict = audit.audit(redis("requirepass \"hush", "maxmemory 1gb"));
        assertThat(rules(verdict)).contains("redis-unreadable");
        assertThat(verdict.toString()).doesNotContain("hush");
    }

    @Test
    void aDefaultUserWithoutPasswordIsNoLock() {
        String[] far = {"bind 0.0.0.0", "protected-mode no", "maxmemory 1gb", "maxmemory-policy allkeys-lru"};
        String[] open = java.util.Arrays.copyOf(far, 5);
        open[4] = "user default on nopass ~* &* +@all";
        assertThat(rules(audit.audit(redis(open)))).contains("redis-exposed");
        open[4] = "user default on >x ~* &* +@all";
        assertThat(rules(audit.audit(redis(open)))).doesNotContain("redis-exposed");
    }

    @Test
    void acceptsACacheWithABound() {
        var verdict = audit.audit(redis("bind 127.0.0.1 -::1", "maxmemory 1gb", "maxmemory-policy allkeys-lru")
                .running(5, "redis-server", 12L << 20));
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.claims()).singleElement().satisfies(c -> {
            assertThat(c.worst()).isEqualTo(2L << 30);
            assertThat(c.typical()).isEqualTo(1L << 30);
            assertThat(c.measured()).isEqualTo(12L << 20);
        });
    }

    @Test
    void countsTheCopyThatASnapshotMakes() throws Exception {
        var host = redis("maxmemory 6gb", "maxmemory-policy allkeys-lru");
        var finding = only(audit.audit(host), "redis-overcommit");
        assertThat(finding.what()).contains("6 GiB × 2").contains("12 GiB of the host's 8 GiB");
        assertThat(mended(host, finding).getFirst()).isEqualTo("maxmemory 2048mb");
        assertThat(rules(audit.audit(redis("maxmemory 6gb", "maxmemory-policy allkeys-lru", "save \"\""))))
                .isEmpty();
    }

    @Test
    void tellsThatAFullServerRefusesWrites() {
        var finding = only(audit.audit(redis("maxmemory 1g", "maxmemory-policy noeviction")), "redis-noeviction");
        assertThat(finding.sites()).containsExactly(new Site(MAIN, 2));
    }

    @Test
    void wantsOvercommitForSnapshots() {
        String[] bounded = {"maxmemory 1gb", "maxmemory-policy allkeys-lru", "save \"\"", "appendonly yes"};
        assertThat(rules(audit.audit(redis(bounded).sysctl("vm.overcommit_memory", "0"))))
                .containsExactly("redis-fork");
        bounded[3] = "appendonly no";
        assertThat(rules(audit.audit(redis(bounded).sysctl("vm.overcommit_memory", "0"))))
                .isEmpty();
    }

    @Test
    void findsAServerThatAnybodyMayUse() throws Exception {
        String[] bounded = {"maxmemory 1gb", "maxmemory-policy allkeys-lru", "bind 0.0.0.0", "protected-mode no"};
        var host = redis(bounded);
        var finding = only(audit.audit(host), "redis-exposed");
        assertThat(finding.sites()).containsExactly(new Site(MAIN, 4), new Site(MAIN, 3));
        assertThat(mended(host, finding)).contains("protected-mode yes");
        bounded[2] = "requirepass hush";
        assertThat(rules(audit.audit(redis(bounded)))).isEmpty();
        bounded[2] = "bind 127.0.0.1 ::1";
        assertThat(rules(audit.audit(redis(bounded)))).isEmpty();
    }

    @Test
    void takesWhatIsIncludedLast() {
        var host = redis("maxmemory 64gb", "maxmemory-policy allkeys-lru", "include /etc/redis/redis-local.conf")
                .file("/etc/redis/redis-local.conf", "MAXMEMORY 100mb");
        var verdict = audit.audit(host);
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.claims())
                .singleElement()
                .satisfies(c -> assertThat(c.typical()).isEqualTo(100L << 20));
        assertThat(verdict.looked()).containsExactly(MAIN, "/etc/redis/redis-local.conf");
    }

    @Test
    void saysWhatIsBroken() {
        for (String line : List.of("include /none.conf", "include " + MAIN, "maxmemory lots", "bind \"127.0.0.1")) {
            assertThat(rules(audit.audit(redis(line)))).as(line).contains("redis-unreadable");
        }
    }

    /** What Redis itself has understood, by CONFIG GET. */
    @Test
    void readsWhatRedisReads() throws Exception {
        Programs.need("/usr/bin/redis-server");
        Programs.need("/usr/bin/redis-cli");
        String socket = temp + "/s";
        var host = new FakeGrounds()
                .file(
                        temp + "/redis.conf",
                        "port 0",
                        "unixsocket " + socket,
                        "dir " + temp,
                        "save 900 1",
                        "save \"\"",
                        "save 60 5",
                        "save 30 7",
                        "maxmemory 1g",
                        "include " + temp + "/more*.conf",
                        "maxmemory-policy 'allkeys-lru'")
                .file(temp + "/more.conf", "maxmemory 2MB", "MaxMemory-Policy noeviction")
                .onDisk();
        var read = Directives.read(new Notes(host, RedisAudit.UNREADABLE), temp + "/redis.conf");
        Process server = new ProcessBuilder("/usr/bin/redis-server", temp + "/redis.conf")
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("log").toFile())
                .start();
        try {
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(Path.of(socket)));
            assertThat(ask(socket, "maxmemory"))
                    .isEqualTo(Long.toString(Directives.bytes(read.value("maxmemory", ""))))
                    .isEqualTo("2097152");
            assertThat(ask(socket, "maxmemory-policy"))
                    .isEqualTo(read.value("maxmemory-policy", ""))
                    .isEqualTo("allkeys-lru");
            var finding = only(
                    audit.audit(host.told("redis.config", temp + "/redis.conf").sysctl("vm.overcommit_memory", "0")),
                    "redis-fork");
            assertThat(finding.evidence())
                    .contains("snapshots: " + ask(socket, "save"))
                    .contains("snapshots: 60 5 30 7");
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    private static String ask(String socket, String name) throws Exception {
        return Programs.run("/usr/bin/redis-cli", "-s", socket, "CONFIG", "GET", name)
                .output()
                .lines()
                .toList()
                .get(1);
    }
}
