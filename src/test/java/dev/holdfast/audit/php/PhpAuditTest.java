package dev.holdfast.audit.php;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.AuditorContract;
import dev.holdfast.audit.Claim;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.linux.ProgramRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PhpAuditTest extends AuditorContract {
    private static final String MAIN = "/etc/php/8.3/fpm/php-fpm.conf";
    private static final String POOL = "/etc/php/8.3/fpm/pool.d/www.conf";
    private static final String INI = "/etc/php/8.3/fpm/php.ini";
    private static final long GIB = 1L << 30;
    private static final long MIB = 1L << 20;
    private static final String[] SOUND = {
        "[www]",
        "user = www-data",
        "listen = /run/php/www.sock",
        "pm = dynamic",
        "pm.max_children = 10",
        "pm.start_servers = 2",
        "pm.min_spare_servers = 1",
        "pm.max_spare_servers = 3",
        "pm.max_requests = 500",
        "request_terminate_timeout = 30s",
        "php_admin_value[memory_limit] = 256M",
    };

    @Override
    protected Auditor auditor() {
        return new PhpAudit(List.of());
    }

    @Override
    protected String file() {
        return MAIN;
    }

    @Override
    protected String unreadable() {
        return "php-fpm-broken";
    }

    @Override
    protected List<String> beginnings() {
        return List.of("", "[www]\npm = dynamic\n", "[global]\ninclude=/etc/php/8.3/fpm/*.conf\n");
    }

    private static FakeGrounds host(String... pool) {
        return new FakeGrounds()
                .swap(0)
                .file(MAIN, "[global]", "pid = /run/fpm.pid", "include=/etc/php/8.3/fpm/pool.d/*.conf")
                .file(POOL, pool);
    }

    /** The sound pool with other lines, by key; a key alone takes its line away. */
    private static String[] but(String... others) {
        var lines = new ArrayList<>(List.of(SOUND));
        for (String other : others) {
            String key = other.split("=", 2)[0].strip();
            int at = -1;
            for (int i = 0; i < lines.size(); i++) {
                at = lines.get(i).split("=", 2)[0].strip().equals(key) ? i : at;
            }
            if (!other.contains("=")) {
                lines.remove(at);
            } else if (at < 0) {
                lines.add(other);
            } else {
                lines.set(at, other);
            }
        }
        return lines.toArray(String[]::new);
    }

    private static FakeGrounds with(FakeGrounds host, long... pss) {
        host.running(100, "php-fpm8.3", 20 * MIB, "php-fpm: master process (" + MAIN + ")");
        for (int i = 0; i < pss.length; i++) {
            host.running(101 + i, "php-fpm8.3", pss[i], "php-fpm: pool www");
        }
        return host;
    }

    private Verdict audit(FakeGrounds host) {
        return auditor().audit(host);
    }

    @Test
    void saysNothingOfASoundPool() {
        Verdict v = audit(with(host(SOUND), 60 * MIB, 80 * MIB));
        assertThat(v.findings()).isEmpty();
        assertThat(v.looked()).containsExactly(MAIN, POOL);
        assertThat(v.claims()).singleElement().satisfies(c -> {
            assertThat(c.who()).isEqualTo("php-fpm pool www");
            assertThat(c.worst()).isEqualTo(10 * 256 * MIB);
            assertThat(c.measured()).isEqualTo(140 * MIB);
            assertThat(c.typical()).isEqualTo(3 * 70 * MIB);
            assertThat(c.arithmetic()).isEqualTo("10 children × 256.0MiB");
            assertThat(c.sites()).contains(new Site(POOL, 5), new Site(POOL, 11));
        });
    }

    /** The incident that gateway-host.yaml tells of. */
    @Test
    void namesTwentyChildrenAtEightGigabytesOnSixteen() throws IOException {
        FakeGrounds host = host(but("pm.max_children = 20", "php_admin_value[memory_limit] = 8G"))
                .memory(16 * GIB)
                .told("php_fpm.config", MAIN);
        Finding f = only(audit(host), "php-fpm-overcommit");
        assertThat(f.grade()).isEqualTo(Grade.CRITICAL);
        assertThat(f.what()).contains("20 children of PHP-FPM may take 160.0GiB", "16.0GiB left");
        assertThat(f.sites()).contains(new Site(POOL, 5), new Site(POOL, 11));
        assertThat(f.evidence())
                .contains(
                        "pool www: 20 children × 8.0GiB = 160.0GiB",
                        POOL + ":11: php_admin_value[memory_limit] = 8G",
                        "14.4GiB / 20 children = 704.0MiB for each, in steps of 64 MiB");
        FakeGrounds after = host(mended(host, f).toArray(String[]::new)).memory(16 * GIB);
        assertThat(rules(audit(after))).doesNotContain("php-fpm-overcommit", "php-fpm-memory-limit-high");
    }

    @Test
    void proposesFewerChildrenWhereTheLimitIsSound() throws IOException {
        FakeGrounds host = host(but(
                        "pm.max_children = 40",
                        "pm.max_spare_servers = 30",
                        "pm.min_spare_servers = 25",
                        "pm.start_servers = 28"))
                .memory(4 * GIB);
        Finding f = only(audit(host), "php-fpm-overcommit");
        assertThat(f.fix().what()).isEqualTo("set pm.max_children of pool www to 14");
        List<String> after = mended(host, f);
        assertThat(after)
                .contains("pm.max_children = 14", "pm.max_spare_servers = 14", "pm.min_spare_servers = 14")
                .contains("pm.start_servers = 14");
        assertThat(rules(audit(host(after.toArray(String[]::new)).memory(4 * GIB))))
                .isEmpty();
    }

    @Test
    void leavesMemoryToWhatElseRunsAndIsConfigured() {
        FakeGrounds host = host(but("pm.max_children = 12")).memory(4 * GIB);
        assertThat(rules(audit(host))).isEmpty();
        host.running(7, "mariadbd", 512 * MIB, "/usr/sbin/mariadbd");
        var database = new Claim("mariadb", 3 * GIB, 2 * GIB, 512 * MIB, "", List.of());
        Finding f = only(new PhpAudit(List.of(database)).audit(host), "php-fpm-overcommit");
        assertThat(f.evidence())
                .contains(
                        "everything else that runs has 512.0MiB",
                        "mariadb is configured to take 2.0GiB, 1.5GiB more than it has",
                        "left for PHP-FPM: 2.0GiB");
    }

    @Test
    void countsWithNumbersThatNoHostHas() {
        FakeGrounds host = host(but("pm.max_children = 999999999", "php_admin_value[memory_limit] = 999999999G"));
        assertThat(only(audit(host), "php-fpm-overcommit").grade()).isEqualTo(Grade.CRITICAL);
    }

    @Test
    void isAWarningWhereSwapHoldsTheRest() {
        FakeGrounds host = host(but("pm.max_children = 20")).memory(4 * GIB);
        assertThat(only(audit(host), "php-fpm-overcommit").grade()).isEqualTo(Grade.CRITICAL);
        host.swap(2 * GIB);
        assertThat(only(audit(host), "php-fpm-overcommit").grade()).isEqualTo(Grade.WARNING);
    }

    @Test
    void countsAllPoolsAndKnowsThatProcessMaxBoundsThem() {
        FakeGrounds host =
                host(SOUND).memory(4 * GIB).file("/etc/php/8.3/fpm/pool.d/shop.conf", but("pm.max_children = 9"));
        host.file("/etc/php/8.3/fpm/pool.d/shop.conf", shop(but("pm.max_children = 9")));
        assertThat(only(audit(host), "php-fpm-overcommit").what()).contains("19 children", "4.8GiB");
        host.file(MAIN, "[global]", "process.max = 12", "include=/etc/php/8.3/fpm/pool.d/*.conf");
        assertThat(rules(audit(host))).doesNotContain("php-fpm-overcommit");
    }

    private static String[] shop(String[] lines) {
        return Arrays.stream(lines).map(l -> l.replace("[www]", "[shop]")).toArray(String[]::new);
    }

    /** Rule, what brings it, a line that the fix leaves; each is absent from the sound pool. */
    static Stream<Arguments> rules() {
        return Stream.of(
                Arguments.of(
                        "php-fpm-memory-limit-unlimited",
                        but("php_admin_value[memory_limit] = -1"),
                        "php_admin_value[memory_limit] = 256M"),
                Arguments.of("php-fpm-memory-limit-high", but("php_admin_value[memory_limit] = 1200M"), ""),
                Arguments.of(
                        "php-fpm-memory-limit-odd",
                        but("php_admin_value[memory_limit] = 256MB"),
                        "php_admin_value[memory_limit] = 256M"),
                Arguments.of("php-fpm-max-children-missing", but("pm.max_children"), "pm.max_children = 5"),
                Arguments.of("php-fpm-max-children-missing", but("pm.max_children = 0"), "pm.max_children = 5"),
                Arguments.of("php-fpm-pm-missing", but("pm"), "pm = ondemand"),
                Arguments.of("php-fpm-listen-missing", but("listen"), ""),
                Arguments.of("php-fpm-pm-contradiction", but("pm.min_spare_servers = 4"), "pm.max_spare_servers = 4"),
                Arguments.of("php-fpm-pm-contradiction", but("pm.max_spare_servers = 11"), "pm.max_spare_servers = 10"),
                Arguments.of("php-fpm-pm-contradiction", but("pm.start_servers = 5"), "pm.start_servers = 3"),
                Arguments.of("php-fpm-pm-contradiction", but("pm.max_spare_servers"), "pm.max_spare_servers = 7"),
                Arguments.of("php-fpm-max-requests", but("pm.max_requests"), "pm.max_requests = 1000"),
                Arguments.of("php-fpm-max-requests", but("pm.max_requests = 0"), "pm.max_requests = 1000"),
                Arguments.of(
                        "php-fpm-no-request-timeout",
                        but("request_terminate_timeout"),
                        "request_terminate_timeout = 60s"),
                Arguments.of(
                        "php-fpm-slowlog-missing",
                        but("request_slowlog_timeout = 5s"),
                        "slowlog = /var/log/php-fpm-www-slow.log"),
                Arguments.of(
                        "php-fpm-slowlog-beyond-timeout",
                        but("slowlog = /tmp/s", "request_slowlog_timeout = 1m"),
                        "request_slowlog_timeout = 10s"),
                Arguments.of("php-fpm-slowlog-idle", but("slowlog = /tmp/s"), "request_slowlog_timeout = 5s"),
                Arguments.of("php-fpm-overridden", but("PM.max_children = 9"), ""),
                Arguments.of("php-fpm-broken", but("pm.max_childern = 5"), ""),
                Arguments.of("php-fpm-broken", but("pm.max_requests = many"), ""),
                Arguments.of("php-fpm-broken", but("request_terminate_timeout = 30x"), ""),
                Arguments.of("php-fpm-broken", but("process.max = 5"), ""),
                Arguments.of("php-fpm-broken", but("access.log = \"/tmp/log"), ""));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void findsItAndKnowsWhatMendsIt(String rule, String[] pool, String mended) throws IOException {
        FakeGrounds host = host(pool);
        Finding f = only(audit(host), rule);
        assertThat(f.what()).isNotEmpty().doesNotEndWith(".");
        assertThat(f.why()).endsWith(".");
        if (mended.isEmpty()) {
            assertThat(f.fix().edits()).isEmpty();
        } else {
            List<String> after = mended(host, f);
            assertThat(after).contains(mended);
            assertThat(rules(audit(host(after.toArray(String[]::new))))).doesNotContain(rule);
        }
    }

    /** What this reader calls fatal, the real one refuses, and the other way round. */
    @ParameterizedTest
    @MethodSource("rules")
    @Tag("process")
    void agreesWithTheRealOne(String rule, String[] pool, String mended, @TempDir Path dir) throws IOException {
        Path fpm = Path.of("/usr/sbin/php-fpm8.2");
        assumeTrue(Files.isExecutable(fpm), "php-fpm8.2 is not installed");
        Path main = dir.resolve("php-fpm.conf");
        var all = new ArrayList<>(List.of("[global]", "error_log = " + dir.resolve("log")));
        all.addAll(List.of(pool));
        all.replaceAll(l -> l.replace("/run/php/www.sock", dir.resolve("sock").toString()));
        Files.write(main, all);
        ProgramRun ran = ProgramRun.of(
                List.of(fpm.toString(), "-t", "-y", main.toString()), List.of("LC_ALL=C"), Duration.ofSeconds(10));
        boolean starts = ran.err().contains("test is successful");
        var fatal = List.of(
                "php-fpm-broken",
                "php-fpm-max-children-missing",
                "php-fpm-pm-missing",
                "php-fpm-listen-missing",
                "php-fpm-pm-contradiction",
                "php-fpm-slowlog-missing",
                "php-fpm-slowlog-beyond-timeout");
        assertThat(starts).as(ran.err()).isEqualTo(!fatal.contains(rule));
    }

    @Test
    void findsATimeoutThatNginxDoesNotWaitFor() {
        FakeGrounds host = host(but("request_terminate_timeout = 300s"))
                .file("/etc/nginx/nginx.conf", "http {", " include sites-enabled/*; fastcgi_pass php;", "}");
        assertThat(only(audit(host), "php-fpm-timeout-beyond-web-server").what())
                .isEqualTo("pool www: a request may take 300 s, nginx gives up after 60 s");
        host.file("/etc/nginx/sites-enabled/site", "location ~ php { fastcgi_read_timeout 5m; }");
        assertThat(audit(host).findings()).isEmpty();
        host.file("/etc/nginx/sites-enabled/site", "# fastcgi_read_timeout 5m;");
        assertThat(rules(audit(host))).containsExactly("php-fpm-timeout-beyond-web-server");
    }

    @Test
    void takesTimeoutsAsNginxDoes() {
        String rule = "php-fpm-timeout-beyond-web-server";
        FakeGrounds host = host(but("request_terminate_timeout = 50s"))
                .file(
                        "/etc/nginx/nginx.conf",
                        "http { fastcgi_pass a; fastcgi_read_timeout 10s; include more/*.inc; }");
        assertThat(rules(audit(host))).as("another server waits 60 s").doesNotContain(rule);
        host.file(POOL, but("request_terminate_timeout = 80s"));
        assertThat(rules(audit(host))).contains(rule);
        host.file("/etc/nginx/more/a.inc", "server { fastcgi_read_timeout 1m30s; }");
        assertThat(rules(audit(host))).as("included").doesNotContain(rule);
        host.told("nginx.config", "/srv/nginx.conf").file("/srv/nginx.conf", "fastcgi_pass php;");
        assertThat(rules(audit(host))).as("another one was told").contains(rule);
        host.file("/srv/nginx.conf", "proxy_pass http://127.0.0.1:8080;");
        assertThat(rules(audit(host))).as("it sends nothing to PHP").doesNotContain(rule);
    }

    @Test
    void findsATimeoutThatApacheDoesNotWaitFor() {
        FakeGrounds host = host(but("request_terminate_timeout = 400s"))
                .file("/etc/apache2/apache2.conf", "Timeout 300", "IncludeOptional conf-enabled/*.conf")
                .file("/etc/apache2/conf-enabled/php.conf", "SetHandler proxy:unix:/run/www.sock|fcgi://localhost");
        Finding f = only(audit(host), "php-fpm-timeout-beyond-web-server");
        assertThat(f.what()).isEqualTo("pool www: a request may take 400 s, Apache gives up after 300 s");
        assertThat(f.evidence()).contains("/etc/apache2/apache2.conf:1: Timeout 300");
        assertThat(f.fix().what())
                .isEqualTo("set request_terminate_timeout to 300s, or raise Apache's ProxyTimeout to 400s");
        host.file(POOL, but("request_terminate_timeout = 300s"));
        assertThat(audit(host).findings()).isEmpty();
        host.file("/etc/nginx/nginx.conf", "http { fastcgi_pass a; }");
        assertThat(audit(host).findings()).as("the more patient of both").isEmpty();
    }

    @Test
    void measuresChildrenAgainstTheLimit() throws IOException {
        FakeGrounds high =
                with(host(but("php_admin_value[memory_limit] = 2G", "pm.max_children = 4")), 90 * MIB, 200 * MIB);
        assertThat(only(audit(high), "php-fpm-memory-limit-high").fix().what())
                .isEqualTo("set memory_limit to 512M, twice what its largest child has now");
        assertThat(mended(high, only(audit(high), "php-fpm-memory-limit-high")))
                .contains("php_admin_value[memory_limit] = 512M");

        FakeGrounds idle = with(host(but("php_admin_value[memory_limit] = 1G")), 40 * MIB, 50 * MIB);
        assertThat(only(audit(idle), "php-fpm-limit-never-reached").fix().what())
                .startsWith("set memory_limit to 256M");

        FakeGrounds outgrown = with(host(SOUND), 60 * MIB, 400 * MIB);
        assertThat(rules(audit(outgrown))).containsExactly("php-fpm-child-above-limit");
        assertThat(only(audit(outgrown), "php-fpm-child-above-limit").evidence())
                .contains("measured now: 2 children, 230.0MiB each on average, the largest 400.0MiB (PSS)");
    }

    @Test
    void proposesChildrenByWhatTheyHaveToday() throws IOException {
        FakeGrounds host =
                with(host(but("pm.max_children = 20")), 300 * MIB, 310 * MIB).memory(6 * GIB);
        Finding f = only(audit(host), "php-fpm-measured-overcommit");
        assertThat(f.grade()).isEqualTo(Grade.CRITICAL);
        assertThat(f.fix().what()).isEqualTo("set pm.max_children to 17");
        assertThat(f.evidence()).contains("5.4GiB / 310.0MiB = 17 children");
        assertThat(mended(host, f)).contains("pm.max_children = 17");
        assertThat(rules(
                        audit(with(host(but("pm.max_children = 20")), 200 * MIB).memory(6 * GIB))))
                .doesNotContain("php-fpm-measured-overcommit");
    }

    @Test
    void readsPhpIniAndItsScanDirectoryInOrder() {
        FakeGrounds host = host(but("php_admin_value[memory_limit]"))
                .file(INI, "; memory_limit = 4G", "memory_limit = 3G", "[HOST=x]", "memory_limit = 5G")
                .file("/etc/php/8.3/fpm/conf.d/10-opcache.ini", "zend_extension=opcache.so")
                .file("/etc/php/8.3/fpm/conf.d/20-own.ini", "opcache.memory_consumption=256");
        Verdict v = audit(host);
        Finding f = only(v, "php-fpm-memory-limit-high");
        assertThat(f.sites()).containsExactly(new Site(INI, 2));
        assertThat(f.evidence())
                .contains("a script may raise it by ini_set(): only php_admin_value is a limit that holds");
        assertThat(v.claims()).extracting(Claim::worst).containsExactly(30 * GIB, 256 * MIB);
        host.file("/etc/php/8.3/fpm/conf.d/20-own.ini", "memory_limit=\"64M\" ; enough");
        assertThat(rules(audit(host))).isEmpty();
        host.file("/etc/php/8.3/fpm/conf.d/20-own.ini", "date.timezone = \"UTC");
        assertThat(rules(audit(host))).contains("php-fpm-ini-broken");
    }

    @Test
    void phpAdminValueGoesBeforePhpValueAndBothBeforePhpIni() {
        FakeGrounds host = host(but("php_admin_value[memory_limit]", "php_value[memory_limit] = 2G"))
                .file(INI, "memory_limit = 3G");
        assertThat(only(audit(host), "php-fpm-memory-limit-high").what()).contains("2.0GiB");
        host.file(POOL, but("php_value[memory_limit] = 2G"));
        assertThat(audit(host).findings()).isEmpty();
    }

    @Test
    void doesNotJudgeWhatTheEnvironmentFillsIn() {
        for (String line : List.of("php_admin_value[memory_limit] = ${LIMIT}", "pm.max_children = ${CHILDREN}")) {
            Verdict verdict = audit(with(host(but(line)), 300 * MIB, 300 * MIB));
            assertThat(verdict.findings()).singleElement().satisfies(f -> {
                assertThat(f.rule()).isEqualTo("php-fpm-unknown");
                assertThat(f.grade()).isEqualTo(Grade.NOTE);
                assertThat(f.what()).contains("is known only when php-fpm starts: ${");
            });
            assertThat(verdict.claims()).singleElement().satisfies(c -> {
                assertThat(c.worst()).isEqualTo(Claim.NOT_KNOWN);
                assertThat(c.measured()).isEqualTo(600 * MIB);
                assertThat(c.arithmetic()).endsWith("is filled in by the environment");
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"256, 268435456", "64M, 67108864", "lots, 0", "-1, 0", "999999999999999, 9223372036854775807"})
    void takesOpcachesMemoryAsOpcacheDoes(String written, long bytes) {
        Verdict verdict =
                audit(host(SOUND).file(INI, "zend_extension = opcache", "opcache.memory_consumption = " + written));
        assertThat(verdict.claims())
                .filteredOn(c -> c.who().equals("php-fpm opcache"))
                .extracting(Claim::worst)
                .containsExactly(bytes);
    }

    @Test
    void goesOnWithASectionThatComesAgainAndSaysWhichLineCounts() {
        FakeGrounds host = host(SOUND).file("/etc/php/8.3/fpm/pool.d/zz.conf", "[WWW]", "pm.max_children = 12");
        Verdict v = audit(host);
        Finding f = only(v, "php-fpm-overridden");
        assertThat(f.sites()).containsExactly(new Site(POOL, 5), new Site("/etc/php/8.3/fpm/pool.d/zz.conf", 2));
        assertThat(f.what()).isEqualTo("pm.max_children of pool www is set twice: \"12\" counts, \"10\" does not");
        assertThat(v.claims().getFirst().worst()).isEqualTo(12 * 256 * MIB);
    }

    @Test
    void saysWhenThereIsNoPoolOrAnIncludeMatchesNothing() {
        FakeGrounds host = new FakeGrounds().file(MAIN, "include = /etc/php/8.3/fpm/pool.d/*.conf");
        assertThat(rules(audit(host))).containsExactlyInAnyOrder("php-fpm-include-empty", "php-fpm-no-pool");
    }

    @Test
    void readsRelativeIncludesFromWherePhpWasInstalled() {
        FakeGrounds image = new FakeGrounds()
                .file("/usr/local/etc/php-fpm.conf", "include=etc/php-fpm.d/*.conf")
                .file("/usr/local/etc/php-fpm.d/www.conf", SOUND);
        assertThat(audit(image).claims()).extracting(Claim::who).containsExactly("php-fpm pool www");
        FakeGrounds elsewhere = new FakeGrounds()
                .told("php_fpm.config", "/opt/php/fpm.conf")
                .file("/opt/php/fpm.conf", "include=etc/php-fpm.d/*.conf");
        assertThat(rules(audit(elsewhere))).containsExactly("php-fpm-include-unknown");
    }

    @Test
    void lowersALimitThatPoolsShareForTheLargestOfThem() throws IOException {
        String[] second = but("php_admin_value[memory_limit]");
        second[0] = "[shop]";
        FakeGrounds host = with(host(but("php_admin_value[memory_limit]")), 20 * MIB, 20 * MIB)
                .file("/etc/php/8.3/fpm/pool.d/shop.conf", second)
                .file(INI, "memory_limit = 2G")
                .memory(512 * GIB);
        host.running(201, "php-fpm8.3", 300 * MIB, "php-fpm: pool shop");
        host.running(202, "php-fpm8.3", 300 * MIB, "php-fpm: pool shop");
        assertThat(audit(host).findings())
                .filteredOn(f -> f.rule().equals("php-fpm-memory-limit-high"))
                .hasSize(2)
                .allSatisfy(f -> assertThat(f.fix().edits())
                        .singleElement()
                        .satisfies(e -> assertThat(e.after()).containsExactly("memory_limit = 1G")));
    }

    @Test
    void leavesThePhpIniOfTheCommandLineAlone() {
        FakeGrounds host = new FakeGrounds()
                .memory(512 * GIB)
                .file("/etc/php-fpm.conf", "include=/etc/php-fpm.d/*.conf")
                .file("/etc/php-fpm.d/www.conf", but("php_admin_value[memory_limit]"))
                .file("/etc/php.ini", "memory_limit = -1");
        Finding finding = only(audit(host), "php-fpm-memory-limit-unlimited");
        assertThat(finding.fix().edits()).singleElement().satisfies(e -> {
            assertThat(e.file()).isEqualTo("/etc/php-fpm.d/www.conf");
            assertThat(e.line()).isEqualTo(2);
            assertThat(e.before()).isEmpty();
            assertThat(e.after()).containsExactly("php_admin_value[memory_limit] = 256M");
        });
    }

    @Test
    void itsOwnServiceIsNoOtherProgramAndBoundsIt() {
        FakeGrounds host = host(but("pm.max_children = 100")).memory(16 * GIB);
        assertThat(rules(audit(host))).contains("php-fpm-overcommit");
        for (String who : List.of("systemd unit php8.3-fpm.service", "holdfast process web (php-fpm)")) {
            var bound = new Claim(who, 12 * GIB, 12 * GIB, null, "so much", List.of());
            assertThat(rules(new PhpAudit(List.of(bound)).audit(host))).as(who).doesNotContain("php-fpm-overcommit");
        }
        var other = new Claim("systemd unit shop.service", 12 * GIB, 12 * GIB, null, "so much", List.of());
        assertThat(rules(new PhpAudit(List.of(other)).audit(host))).contains("php-fpm-overcommit");
    }

    @Test
    void endsWhereFilesIncludeOneAnother() {
        FakeGrounds host = new FakeGrounds().file(MAIN, "include = " + MAIN);
        assertThat(only(audit(host), "php-fpm-broken").why()).isNotEmpty();
        assertThat(only(audit(host), "php-fpm-broken").what()).contains("5 deep");
    }

    @Test
    void findsTheConfigurationThatAMasterRunsWith() {
        FakeGrounds host = new FakeGrounds()
                .file("/opt/php/fpm.conf", SOUND)
                .running(5, "php-fpm", MIB, "php-fpm: master process (/opt/php/fpm.conf)");
        assertThat(audit(host).looked()).containsExactly("/opt/php/fpm.conf");
        assertThat(audit(host.told("php_fpm.config", "/etc/none.conf")).findings())
                .extracting(Finding::rule)
                .containsExactly("php-fpm-broken");
    }

    @ParameterizedTest
    @CsvSource({
        "128M,134217728",
        "1g,1073741824",
        "512k,524288",
        "-1,-1",
        "8192,8192",
        "128MB,128",
        "'',0",
        "1.5G,1073741824"
    })
    void takesBytesAsPhpDoes(String written, long bytes) {
        assertThat(Quantity.bytes(written)).isEqualTo(bytes);
    }
}
