package dev.holdfast.audit.mariadb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.AuditorContract;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Programs;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.note.Notes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MariadbAuditTest extends AuditorContract {
    private static final String MAIN = "/etc/mysql/my.cnf";
    private static final String SERVER = "/etc/mysql/mariadb.conf.d/50-server.cnf";
    private static final String TUNING = "/etc/mysql/mariadb.conf.d/99-tuning.cnf";

    private final MariadbAudit audit = new MariadbAudit();

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
    protected FakeGrounds host() {
        return new FakeGrounds()
                .file("/usr/sbin/mariadbd", "")
                .answer("--version", "/usr/sbin/mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu");
    }

    @Override
    protected List<String> beginnings() {
        return List.of("", "[mysqld]\nmax_connections=", "[mysqld]\n!include ", "[mysqld]\n!includedir ");
    }

    /** A host as Debian has it, and a second file that tunes. */
    private FakeGrounds debian(String... tuning) {
        return host().file(
                        MAIN,
                        "[client-server]",
                        "socket = /run/mysqld/mysqld.sock",
                        "!includedir /etc/mysql/mariadb.conf.d/")
                .file(
                        SERVER,
                        "[mysqld]",
                        "bind-address = 127.0.0.1",
                        "max_connections = 100",
                        "innodb_buffer_pool_size = 2G")
                .file(TUNING, tuning);
    }

    @Test
    void hasNothingAgainstDebiansServer() {
        assertThat(audit.audit(debian("[mariadb]", "innodb_buffer_pool_instances = 1"))
                        .findings())
                .isEmpty();
    }

    @Test
    void namesTheFileThatWinsAndTheOneThatLoses() throws Exception {
        var host = debian("[mariadb]", "innodb-buffer-pool-size = 128M");
        var finding = only(audit.audit(host), "mariadb-conflict");
        assertThat(finding.grade()).isEqualTo(Grade.WARNING);
        assertThat(finding.subject()).isEqualTo("innodb_buffer_pool_size");
        assertThat(finding.sites()).containsExactly(new Site(SERVER, 4), new Site(TUNING, 2));
        assertThat(finding.what())
                .contains("128M of " + TUNING + ":2 wins")
                .contains("2G of " + SERVER + ":4 has no effect");
        assertThat(finding.evidence())
                .containsExactly(
                        SERVER + ":4 [mysqld] innodb_buffer_pool_size = 2G: loses",
                        TUNING + ":2 [mariadb] innodb_buffer_pool_size = 128M: read last, wins");
        assertThat(mended(host, finding)).noneMatch(l -> l.startsWith("innodb_buffer_pool_size"));
        assertThat(finding.fix().check()).containsExactly("mariadbd", "--help", "--verbose");
    }

    @Test
    void aFixIsCheckedInTheFileThatTheServerReads() throws Exception {
        String own = "/srv/my.cnf";
        String[] lines = {"[mysqld]", "max_connections = 100", "max_connections = 200"};
        var told = host().file(own, lines).told("mariadb.config", own);
        assertThat(only(audit.audit(told), "mariadb-conflict").fix().check())
                .containsExactly("mariadbd", "--defaults-file=" + own, "--help", "--verbose");
        var said = host().file(own, lines).running(7, "mariadbd", 1, "/usr/sbin/mariadbd", "--defaults-file=" + own);
        assertThat(only(audit.audit(said), "mariadb-conflict").fix().check())
                .as("a process, whoever's it is")
                .isEmpty();
    }

    @Test
    void doesNotMindTheSameValueWrittenOtherwise() {
        assertThat(rules(audit.audit(debian(
                        "[mysqld]", "innodb_buffer_pool_size = 2048M", "replicate-do-db=a", "replicate-do-db=b"))))
                .isEmpty();
    }

    @Test
    void readsOnlyGroupsOfThisServer() {
        assertThat(rules(audit.audit(debian("[mysqld-10.6]", "max_connections=5", "[client]", "max_connections=6"))))
                .isEmpty();
        assertThat(rules(audit.audit(debian("[mysqld-10.11]", "max_connections=5"))))
                .containsExactly("mariadb-conflict");
    }

    @Test
    void countsBuffersOfAllConnections() throws Exception {
        var host = debian("[mysqld]", "sort_buffer_size=64M", "max_allowed_packet=256M")
                .memory(16L << 30);
        var verdict = audit.audit(host);
        var finding = only(verdict, "mariadb-overcommit");
        assertThat(finding.grade()).isEqualTo(Grade.CRITICAL);
        // 2048 + 16 + 128 + 128 + 1 MiB; 64 + 256 + 16 MiB and 128 + 256 + 256 + 292 + 32 KiB
        long global = 2321L << 20;
        long each = (336L << 20) + (964L << 10);
        assertThat(verdict.claims()).singleElement().satisfies(c -> {
            assertThat(c.worst()).isEqualTo(global + 100 * each);
            assertThat(c.typical()).isEqualTo(global + 10 * each);
            assertThat(c.measured()).isNull();
            assertThat(c.arithmetic()).isEqualTo("2.3 GiB + 100 connections × 336.9 MiB");
        });
        long fits = ((16L << 30) / 10 * 9 - global) / each;
        assertThat(mended(host, finding)).contains("max_connections = " + fits);
        assertThat(finding.evidence()).contains("sort_buffer_size = 64 MiB in " + TUNING + ":2");
    }

    @Test
    void acceptsConnectionsThatFit() {
        var verdict = audit.audit(debian("[mysqld]", "max_allowed_packet=16M").running(7, "mariadbd", 512L << 20));
        assertThat(verdict.findings()).allMatch(f -> f.rule().equals("mariadb-unanswered"));
        assertThat(verdict.claims())
                .singleElement()
                .satisfies(c -> assertThat(c.measured()).isEqualTo(512L << 20));
    }

    @Test
    void refusesABufferPoolThatIsTheHost() throws Exception {
        var host = debian("[mysqld]", "# nothing").memory(2L << 30);
        var finding = only(audit.audit(host), "mariadb-buffers");
        assertThat(finding.sites()).containsExactly(new Site(SERVER, 4));
        assertThat(mended(host, finding)).contains("innodb_buffer_pool_size = 1024M");
        assertThat(rules(audit.audit(debian("").memory(32L << 30)))).isEmpty();
    }

    private static final String LIVE =
            "innodb_buffer_pool_size\t134217728\nmax_connections\t100\nbind_address\t127.0.0.1\n";

    @Test
    void comparesWithTheRunningServer() {
        var host = debian("")
                .told("mariadb.live.socket", "/run/x.sock")
                .told("mariadb.live.user", "audit")
                .answer("SHOW GLOBAL VARIABLES", LIVE);
        var finding = only(audit.audit(host), "mariadb-live");
        assertThat(finding.what())
                .isEqualTo("innodb_buffer_pool_size is 128 MiB in the running server, where " + SERVER + ":4 says 2G");
        assertThat(host.asked())
                .contains(List.of(
                        "mysql",
                        "--no-defaults",
                        "--socket=/run/x.sock",
                        "--user=audit",
                        "-N",
                        "-B",
                        "-e",
                        "SHOW GLOBAL VARIABLES"));
    }

    @Test
    void acceptsARunningServerThatHasRounded() {
        var host = debian("")
                .told("mariadb.live.socket", "/run/x.sock")
                .answer("SHOW GLOBAL", "innodb_buffer_pool_size\t2147483648\nmax_connections\t99\n");
        assertThat(rules(audit.audit(host))).isEmpty();
    }

    @Test
    void saysThatTheServerDoesNotAnswer() {
        assertThat(rules(audit.audit(debian("").told("mariadb.live.socket", "/run/x.sock"))))
                .containsExactly("mariadb-unanswered");
        assertThat(rules(audit.audit(debian("")
                        .told("mariadb.live.socket", "/run/x.sock")
                        .answer("SHOW GLOBAL", "garbage\u0000\n\t\t\n"))))
                .isEmpty();
    }

    @Test
    void findsAccountsThatAnyoneHas() {
        var host = debian("")
                .told("mariadb.live.socket", "/run/x.sock")
                .answer("SHOW GLOBAL", "max_connections\t100\n")
                .answer("mysql.user", """
                        root\tlocalhost\tmysql_native_password\t
                        root\t::1\tunix_socket\t
                        \tlocalhost\tmysql_native_password\t
                        app\t%\tmysql_native_password\t*AB
                        role\t\t\t
                        mariadb.sys\tlocalhost\tmysql_native_password\t
                        short\tline
                        """);
        Verdict verdict = audit.audit(host);
        assertThat(only(verdict, "mariadb-root-password").subject()).isEqualTo("'root'@'localhost'");
        assertThat(only(verdict, "mariadb-anonymous").subject()).isEqualTo("''@'localhost'");
        assertThat(verdict.findings()).hasSize(2);
    }

    @Test
    void acceptsAccountsAsDebianMakesThem() {
        var host = debian("")
                .told("mariadb.live.socket", "/run/x.sock")
                .answer("SHOW GLOBAL", "max_connections\t100\n")
                .answer("mysql.user", "root\tlocalhost\tmysql_native_password\tinvalid\nPUBLIC\t\t\t\n");
        assertThat(rules(audit.audit(host))).isEmpty();
    }

    @Test
    void saysThatAllAddressesAreBound() throws Exception {
        var host = host().file(MAIN, "[mysqld]", "bind-address = 0.0.0.0");
        var finding = only(audit.audit(host), "mariadb-exposed");
        assertThat(mended(host, finding)).containsExactly("[mysqld]", "bind-address = 127.0.0.1");
        assertThat(rules(audit.audit(host().file(MAIN, "[mysqld]", "port=3306"))))
                .containsExactly("mariadb-exposed");
        assertThat(rules(audit.audit(host().file(MAIN, "[mysqld]", "bind-address=10.0.0.1,::"))))
                .containsExactly("mariadb-exposed");
    }

    @Test
    void acceptsAServerWithoutANetwork() {
        assertThat(rules(audit.audit(host().file(MAIN, "[mysqld]", "skip-networking"))))
                .isEmpty();
        assertThat(rules(audit.audit(host().file(MAIN, "[mysqld]", "bind-address=10.0.0.1"))))
                .isEmpty();
    }

    @Test
    void ofAClientAloneSaysNothing() {
        assertThat(audit.audit(new FakeGrounds().file(MAIN, "[client-server]", "socket=/x", "[client]", "port=1")))
                .isEqualTo(Verdict.NOTHING);
    }

    @Test
    void endsAnIncludeThatNeverEnds() {
        var host = host().file(MAIN, "[mysqld]", "bind-address=::1", "!include " + MAIN, "!include " + MAIN);
        assertThat(rules(audit.audit(host))).isNotEmpty().containsOnly("mariadb-unreadable");
    }

    @Test
    void acceptsADirectoryWithNothingInIt() {
        var host = host().file(MAIN, "[mysqld]", "skip-networking", "!includedir /etc/mysql/conf.d/");
        assertThat(rules(audit.audit(host))).containsExactly("mariadb-unreadable");
        assertThat(rules(audit.audit(host.other("/etc/mysql/conf.d")))).isEmpty();
    }

    @Test
    void saysWhatIncludesMiss() {
        var host = host().file(MAIN, "[mysqld]", "bind-address=::1", "!include /no.cnf", "!includedir /no.d");
        var findings = audit.audit(host).findings();
        assertThat(findings)
                .extracting(f -> f.sites().getFirst())
                .containsExactly(new Site(MAIN, 3), new Site(MAIN, 4));
        assertThat(rules(audit.audit(host().file(MAIN, "[mysqld]", "skip-networking", "max_connections = many"))))
                .containsExactly("mariadb-unreadable");
        assertThat(rules(audit.audit(host().file(MAIN, "port=1")))).contains("mariadb-unreadable");
        assertThat(rules(audit.audit(host().file(MAIN, "[mysqld")))).contains("mariadb-unreadable");
    }

    /** Every option in its order, as the server itself prints them. */
    @Test
    void readsWhatTheServerReads() throws Exception {
        Programs.need("/usr/sbin/mariadbd");
        String at = temp.toString();
        var host = new FakeGrounds()
                .file(
                        at + "/my.cnf",
                        "[mysqld]",
                        "port=1001",
                        "!includedir " + at + "/d",
                        "!include " + at + "/x/inc.ini",
                        "max_connections=11",
                        "!include " + at + "/none.cnf",
                        "  [mariadb]  trailing",
                        "plugin_maturity = alpha # x",
                        "[client]",
                        "!include " + at + "/x/inc.ini",
                        "max_connections=12",
                        "[client-server]",
                        "socket = '/tmp/a # b'",
                        "!include " + at + "/my.cnf")
                .file(at + "/d/b.cnf", "[mariadb]", "port = 1002 # c", "sort-buffer-size=\"2M\"")
                .file(
                        at + "/d/a.cnf",
                        "[server]",
                        "port=1003",
                        "loose-foo=1",
                        "skip-name-resolve",
                        ";x",
                        "skip-log-bin")
                .file(at + "/d/B.cnf", "[mysqld]", "max-connections=99", "[mysqld-5.5]", "port=55")
                .file(at + "/d/n.txt", "[mysqld]", "port=77")
                .file(at + "/x/inc.ini", "[mysqld]", "port=1", "init_connect=a\\sb\\\\c", "enable-bar")
                .onDisk();
        var printed = Programs.run("/usr/sbin/mariadbd", "--defaults-file=" + at + "/my.cnf", "--print-defaults");
        String last = printed.output().lines().toList().getLast();
        var theirs = new ArrayList<String>();
        for (String option : last.strip().split(" --", -1)) {
            String bare = option.startsWith("--") ? option.substring(2) : option;
            int is = bare.indexOf('=');
            var s = Setting.of(
                    is < 0 ? bare : bare.substring(0, is), is < 0 ? null : bare.substring(is + 1), "", new Site("", 0));
            theirs.add(s.name() + "=" + s.value());
        }
        var ours = OptionFiles.read(
                new Notes(host, Rules.UNREADABLE),
                List.of(at + "/my.cnf"),
                Set.of("mysqld", "server", "mariadb", "mariadbd", "client-server"));
        assertThat(ours.stream().map(s -> s.name() + "=" + s.value()))
                .isEqualTo(theirs)
                .hasSizeGreaterThan(100);
    }

    /** Who wins, as the server's own table of values says. */
    @Test
    void agreesWithTheServerOnWhoWins() throws Exception {
        Programs.need("/usr/sbin/mariadbd");
        String main = temp + "/my.cnf";
        var host = new FakeGrounds()
                .file(
                        main,
                        "[mariadb]",
                        "innodb-buffer-pool-size=256M",
                        "sort_buffer_size=4M",
                        "skip-symbolic-links",
                        "[mysqld]",
                        "loose-innodb_buffer_pool_size=1G",
                        "max_connections=77",
                        "sort_buffer_size=2048K")
                .onDisk()
                .told("mariadb.config", main);
        var table = new LinkedHashMap<String, String>();
        Programs.run("/usr/sbin/mariadbd", "--defaults-file=" + main, "--verbose", "--help")
                .output()
                .lines()
                .filter(l -> l.matches("[a-z-]+ +\\S+"))
                .forEach(l -> table.put(l.split(" +", 2)[0], l.split(" +", 2)[1]));
        assertThat(table)
                .containsEntry("innodb-buffer-pool-size", "1073741824")
                .containsEntry("sort-buffer-size", "2097152");
        assertThat(audit.audit(host).findings())
                .filteredOn(f -> f.rule().equals("mariadb-conflict"))
                .extracting(f -> f.what())
                .anyMatch(w -> w.startsWith("innodb_buffer_pool_size is set 2 times: 1G"))
                .anyMatch(w -> w.startsWith("sort_buffer_size is set 2 times: 2048K"));
    }

    /** A real server, begun with one file and audited with another; its accounts as an old installation has them. */
    @Test
    void asksARealServer() throws Exception {
        Programs.need("/usr/sbin/mariadbd");
        Programs.need("/usr/bin/mariadb-install-db");
        String data = temp + "/data";
        String socket = temp + "/s";
        var made = Programs.run(
                "/usr/bin/mariadb-install-db",
                "--no-defaults",
                "--datadir=" + data,
                "--auth-root-authentication-method=normal",
                "--user=" + System.getProperty("user.name"),
                "--skip-name-resolve");
        assertThat(made.code()).as(made.output()).isZero();
        Process server = new ProcessBuilder(
                        "/usr/sbin/mariadbd",
                        "--no-defaults",
                        "--datadir=" + data,
                        "--socket=" + socket,
                        "--pid-file=" + temp + "/pid",
                        "--skip-networking",
                        "--innodb-buffer-pool-size=16M",
                        "--max-connections=50",
                        "--user=" + System.getProperty("user.name"))
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("log").toFile())
                .start();
        try {
            String main = temp + "/my.cnf";
            var host = new FakeGrounds()
                    .file(main, "[mysqld]", "skip-networking", "innodb_buffer_pool_size=2G", "max_connections=50")
                    .file("/usr/bin/mariadb", "")
                    .told("mariadb.config", main)
                    .told("mariadb.live.socket", socket)
                    .told("mariadb.live.user", "root")
                    .asking(MariadbAuditTest::answer);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> !answer(List.of(
                                    "mariadb", "--no-defaults", "--socket=" + socket, "--user=root", "-e", "SELECT 1"))
                            .isEmpty());
            String anonymous = "CREATE USER ''@'localhost'; ALTER USER root@localhost IDENTIFIED BY ''";
            answer(List.of("mariadb", "--no-defaults", "--socket=" + socket, "--user=root", "-e", anonymous));
            var verdict = audit.audit(host);
            assertThat(only(verdict, "mariadb-live").what())
                    .startsWith("innodb_buffer_pool_size is 16 MiB in the running server");
            assertThat(verdict.findings())
                    .filteredOn(f -> f.rule().equals("mariadb-root-password"))
                    .extracting(f -> f.subject())
                    .contains("'root'@'localhost'");
            assertThat(rules(verdict)).contains("mariadb-anonymous").doesNotContain("mariadb-unanswered");
            answer(List.of(
                    "mariadb",
                    "--no-defaults",
                    "--socket=" + socket,
                    "--user=root",
                    "-e",
                    "DELETE FROM mysql.global_priv WHERE User='' OR (User='root' AND Host<>'localhost'); FLUSH PRIVILEGES;"
                            + " SET GLOBAL innodb_buffer_pool_size=16777216;"
                            + " ALTER USER root@localhost IDENTIFIED VIA unix_socket"));
            host.file(main, "[mysqld]", "skip-networking", "innodb_buffer_pool_size=16M", "max_connections=50");
            assertThat(rules(audit.audit(host))).isEmpty();
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    private static String answer(List<String> command) {
        try {
            var ran = Programs.run(command);
            return ran.code() == 0 ? ran.output() : "";
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tellsNoPassword() {
        var verdict = audit.audit(new FakeGrounds()
                .file(
                        "/etc/mysql/my.cnf",
                        "[mysqld]",
                        "bind-address=127.0.0.1",
                        "wsrep_sst_auth=root:hush1",
                        "wsrep-sst-auth=root:hush2"));
        var finding = only(verdict, "mariadb-conflict");
        assertThat(finding.what()
                        + finding.evidence()
                        + finding.fix().edits().getFirst().after())
                .doesNotContain("hush");
    }

    @Test
    void onlyNotesWhatTheDefaultsMayTake() {
        var host = new FakeGrounds()
                .memory(4L << 30)
                .file("/etc/mysql/my.cnf", "[mysqld]", "bind-address=127.0.0.1", "user=mysql");
        assertThat(only(audit.audit(host), "mariadb-overcommit").grade()).isEqualTo(Grade.NOTE);
        host.file("/etc/mysql/my.cnf", "[mysqld]", "bind-address=127.0.0.1", "max_connections=500");
        assertThat(only(audit.audit(host), "mariadb-overcommit").grade()).isEqualTo(Grade.CRITICAL);
    }
}
