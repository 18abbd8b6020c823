package dev.holdfast.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MenderTest {
    private static final List<String> CHECK = List.of("/bin/check");

    @TempDir
    private Path root;

    private Path file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static Finding finding(String rule, Edit... edits) {
        return new Finding(
                rule,
                Grade.WARNING,
                List.of(),
                "",
                "what",
                List.of(),
                "why",
                new Fix("fix", Arrays.asList(edits), CHECK));
    }

    private static Edit edit(String file, int line, String before, String... after) {
        return new Edit(file, line, before.isEmpty() ? List.of() : List.of(before), List.of(after));
    }

    private Mender mender(Mender.Checker checker) {
        return new Mender(root, checker, () -> files(root, Map.of()), () -> "20260301-120000", uid());
    }

    private static HostGrounds files(Path root, Map<String, String> told) {
        return HostGrounds.below(root, Path.of("/proc"), new HostGrounds.Size(16L << 30, 0), told);
    }

    private int uid() {
        try {
            return (int) Files.getAttribute(root, "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> names(String dir) throws IOException {
        try (Stream<Path> all = Files.list(root.resolve(dir))) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void changesLinesKeepsTheOldFileAndItsModeAndOwner() throws IOException {
        Path file = file("etc/a.conf", "one\ntwo\nthree");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Mender m = mender(_ -> "");
        Mender.Plan plan = m.plan(
                List.of(finding("a", edit("/etc/a.conf", 2, "two", "zwei"), edit("/etc/a.conf", 4, "", "four"))),
                Grade.WARNING);
        assertThat(plan.left()).isEmpty();
        Mender.Result result = m.apply(plan);
        assertThat(result.good()).as(result.said().toString()).isTrue();
        assertThat(file).hasContent("one\nzwei\nthree\nfour\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        assertThat(root.resolve("etc/.a.conf.holdfast-20260301-120000")).hasContent("one\ntwo\nthree");
        assertThat(names("etc")).containsExactly(".a.conf.holdfast-20260301-120000", "a.conf");
        assertThat(result.said()).contains("/bin/check: sound");
    }

    @Test
    void putsAllBackWhenTheCheckerComplains() throws IOException {
        Path a = file("etc/a.conf", "one\n");
        Path b = file("etc/b.conf", "two\n");
        Mender m = mender(_ -> "b.conf:1: no\n>>> 'requirepass s3cret extra'");
        Mender.Result result = m.apply(m.plan(
                List.of(finding("a", edit("/etc/a.conf", 1, "one", "1"), edit("/etc/b.conf", 1, "two", "2"))),
                Grade.NOTE));
        assertThat(result.good()).isFalse();
        assertThat(result.said())
                .containsExactly(
                        "/bin/check does not take it:",
                        "  b.conf:1: no",
                        "  >>> 'requirepass ***",
                        b + ": put back as it was",
                        a + ": put back as it was");
        assertThat(a).hasContent("one");
        assertThat(b).hasContent("two");
        assertThat(names("etc")).containsExactly("a.conf", "b.conf");
    }

    @Test
    void leavesAloneWhatIsNotAsItWasRead() throws IOException {
        Path a = file("etc/a.conf", "one\n");
        Mender m = mender(_ -> "");
        assertThat(m.plan(List.of(finding("a", edit("/etc/a.conf", 1, "uno", "1"))), Grade.NOTE)
                        .left())
                .containsExactly("a: /etc/a.conf:1 is another line than the one that was read");
        Mender.Plan plan = m.plan(List.of(finding("a", edit("/etc/a.conf", 1, "one", "1"))), Grade.NOTE);
        Files.writeString(a, "one\nmore\n");
        assertThat(m.apply(plan).good()).isFalse();
        assertThat(a).hasContent("one\nmore");
        assertThat(m.plan(List.of(finding("a", edit("/etc/none", 1, "one", "1"))), Grade.NOTE)
                        .left())
                .containsExactly("a: /etc/none: it is not there");
        Files.write(a, new byte[] {(byte) 0xff, '\n'});
        assertThat(m.plan(List.of(finding("a", edit("/etc/a.conf", 1, "", "1"))), Grade.NOTE)
                        .left())
                .containsExactly("a: /etc/a.conf: it is not UTF-8: change it by hand");
    }

    @Test
    void takesTheWorseOneWhereTwoWantTheSameLine() throws IOException {
        file("etc/a.conf", "one\ntwo\n");
        Mender.Plan plan = mender(_ -> "")
                .plan(
                        List.of(
                                finding("first", edit("/etc/a.conf", 1, "one", "1")),
                                finding(
                                        "second",
                                        edit("/etc/a.conf", 2, "two", "2"),
                                        edit("/etc/a.conf", 1, "one", "I")),
                                finding("third", edit("/etc/a.conf", 2, "", "x = 1")),
                                finding("fourth", edit("/etc/a.conf", 2, "", "x = 2")),
                                finding("fifth", edit("/etc/a.conf", 2, "", "y = 2"))),
                        Grade.NOTE);
        assertThat(plan.mended()).extracting(Finding::rule).containsExactly("first", "third", "fifth");
        assertThat(plan.left()).hasSize(2).allMatch(l -> l.contains("already"));
        assertThat(plan.files().getFirst().after()).isEqualTo("1\nx = 1\ny = 2\ntwo\n");
    }

    @Test
    void keepsEndsOfLines() throws IOException {
        file("etc/a.conf", "one\r\ntwo\r\n");
        Mender.Plan plan = mender(_ -> "").plan(List.of(finding("a", edit("/etc/a.conf", 1, "one", "1"))), Grade.NOTE);
        assertThat(plan.files().getFirst().after()).isEqualTo("1\r\ntwo\r\n");
    }

    @Test
    void followsLinksWithinTheRootAndNeverOut(@TempDir Path elsewhere) throws IOException {
        Path outside = Files.writeString(elsewhere.resolve("a.conf"), "one\n");
        file("srv/real.conf", "one\n");
        Files.createDirectories(root.resolve("etc"));
        Files.createSymbolicLink(root.resolve("etc/in.conf"), Path.of("/srv/real.conf"));
        Files.createSymbolicLink(root.resolve("etc/out.conf"), outside);
        Files.createSymbolicLink(root.resolve("etc/up"), Path.of("../../../../../.." + elsewhere));
        Mender m = mender(_ -> "");
        assertThat(m.apply(m.plan(List.of(finding("a", edit("/etc/in.conf", 1, "one", "1"))), Grade.NOTE))
                        .good())
                .isTrue();
        assertThat(root.resolve("srv/real.conf")).hasContent("1");
        assertThat(root.resolve("etc/in.conf")).isSymbolicLink();
        for (String path : List.of("/etc/out.conf", "/etc/up/a.conf")) {
            assertThat(m.plan(List.of(finding("a", edit(path, 1, "one", "1"))), Grade.NOTE)
                            .left())
                    .containsExactly("a: " + path + ": it is not there");
        }
        assertThat(outside).hasContent("one");
    }

    @Test
    void leavesAloneWhatOthersMayWrite() throws IOException {
        Path file = file("etc/shared/app/a.conf", "one\n");
        Mender m = mender(_ -> "");
        Mender.Plan plan = m.plan(List.of(finding("a", edit("/etc/shared/app/a.conf", 1, "one", "1"))), Grade.NOTE);
        Path shared = root.resolve("etc/shared");
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        Mender.Result result = m.apply(plan);
        assertThat(result.good()).isFalse();
        assertThat(result.said())
                .containsExactly("not changed: " + shared
                        + " may be written by others than root and you: change what is in it by hand");
        assertThat(names("etc/shared/app")).containsExactly("a.conf");
        assertThat(file).hasContent("one");
        Files.setAttribute(shared, "unix:mode", 01777);
        assertThat(m.apply(plan).good()).as("sticky, as /tmp").isTrue();
        assertThat(file).hasContent("1");
    }

    @Test
    void keepsWhatWasWhereNoStarTakesIt() throws IOException {
        file("etc/nginx/sites-enabled/shop", "one\n");
        Mender m = mender(_ -> "");
        m.apply(m.plan(List.of(finding("a", edit("/etc/nginx/sites-enabled/shop", 1, "one", "1"))), Grade.NOTE));
        assertThat(new Tree(root).glob("/etc/nginx/sites-enabled/*")).containsExactly("/etc/nginx/sites-enabled/shop");
        assertThat(names("etc/nginx/sites-enabled")).contains(".shop.holdfast-20260301-120000");
    }

    @Test
    void saysSoWhenTheCheckerIsNotInstalled() throws IOException {
        Path file = file("etc/a.conf", "one\n");
        Mender m = mender(_ -> null);
        Mender.Result result = m.apply(m.plan(List.of(finding("a", edit("/etc/a.conf", 1, "one", "1"))), Grade.NOTE));
        assertThat(result.good()).isTrue();
        assertThat(result.said()).contains("/etc/a.conf: not checked: /bin/check is not installed");
        assertThat(file).hasContent("1");
    }

    @Test
    @Tag("process")
    void bareNamesAreLookedForInFixedPlacesOnly() {
        assertThat(Programs.complaint(List.of("true"))).isEmpty();
        assertThat(Programs.complaint(List.of("false"))).isEqualTo("false failed");
        assertThat(Programs.complaint(List.of("no-such-checker"))).isNull();
        // There in the current directory, and yet not found.
        assertThat(Path.of("verify")).isExecutable();
        assertThat(Programs.complaint(List.of("verify"))).isNull();
        assertThat(Programs.complaint(List.of("./verify"))).isNull();
    }

    private static Finding unchecked(Edit... edits) {
        return new Finding(
                "kernel-conflict",
                Grade.WARNING,
                List.of(),
                "",
                "what",
                List.of(),
                "why",
                new Fix("fix", List.of(edits), List.of()));
    }

    @Test
    void readsAgainWhatHasNoCheckerAndSaysSo() throws IOException {
        Path file = file("etc/sysctl.d/10-own.conf", "vm.swappiness = 10\nbroken before\n");
        String name = "/etc/sysctl.d/10-own.conf";
        Mender m = mender(_ -> "never asked");
        Mender.Result result = m.apply(m.plan(
                List.of(unchecked(edit(name, 1, "vm.swappiness = 10", "# taken out", "vm.swappiness = 60"))),
                Grade.NOTE));
        assertThat(result.good()).as(result.said().toString()).isTrue();
        assertThat(result.said())
                .contains(name + ": its program has no checker of its own that could be asked; read again by Holdfast:"
                        + " sound");
        assertThat(file).hasContent("# taken out\nvm.swappiness = 60\nbroken before\n");
        Mender.Result worse = m.apply(
                m.plan(List.of(unchecked(edit(name, 2, "vm.swappiness = 60", "vm.swappiness 60"))), Grade.NOTE));
        assertThat(worse.good()).isFalse();
        assertThat(worse.said())
                .containsExactly(
                        "read again by Holdfast, it is broken:",
                        "  " + name + ":2 is no setting: = is missing: vm.swappiness 60",
                        file + ": put back as it was");
        assertThat(file).hasContent("# taken out\nvm.swappiness = 60\nbroken before\n");
    }

    @Test
    void readsAgainWhatIsOfAnotherRoot() throws IOException {
        file("etc/redis/redis.conf", "port 0\n");
        Mender m = Mender.below(root, () -> files(root, Map.of()), () -> "20260301-120000", uid());
        String name = "/etc/redis/redis.conf";
        assertThat(m.apply(m.plan(List.of(finding("a", edit(name, 2, "", "maxmemory 64mb"))), Grade.NOTE))
                        .said())
                .contains(name + ": its programs do not run here; read again by Holdfast: sound");
        Mender.Result worse =
                m.apply(m.plan(List.of(finding("a", edit(name, 2, "maxmemory 64mb", "maxmemory lots"))), Grade.NOTE));
        assertThat(worse.good()).isFalse();
        assertThat(root.resolve("etc/redis/redis.conf")).hasContent("port 0\nmaxmemory 64mb\n");
    }

    // ── the real one ──

    private Mender.Result mend(Map<String, String> told, String program) {
        var host = files(Path.of("/"), told);
        Mender m = Mender.here(() -> host, () -> "20260301-120000", uid());
        return m.apply(m.plan(Survey.of(host, null, Set.of(program)).findings(), Grade.WARNING));
    }

    @Test
    @Tag("process")
    void mendsWhatTheRealRedisTakes() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/redis-server")), "redis-server is not installed");
        Path main = file("redis.conf", "port 0\ndir %s\nsave \"\"\n".formatted(root));
        Map<String, String> told = Map.of("redis.config", main.toString());
        Mender.Result result = mend(told, "redis");
        assertThat(result.said()).contains("redis-server " + main + " --holdfast-reads-no-further yes: sound");
        assertThat(result.good()).isTrue();
        assertThat(main).content().endsWith("maxmemory 4096mb\n");
        assertThat(names("."))
                .as("nothing was started")
                .containsExactly(".redis.conf.holdfast-20260301-120000", "redis.conf");
        String odd = "port 0\nsave \"\"\nhz often\n";
        Files.writeString(main, odd);
        Mender.Result refused = mend(told, "redis");
        assertThat(refused.good()).isFalse();
        assertThat(refused.said()).anyMatch(l -> l.contains("'hz often'")).contains(main + ": put back as it was");
        assertThat(main).hasContent(odd);
    }

    @Test
    @Tag("process")
    void mendsWhatTheRealSupervisordTakes() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/supervisord")), "supervisord is not installed");
        Path main = file("supervisord.conf", """
                [supervisord]
                logfile=%s/log
                [program:worker]
                command=/bin/sh -c work
                autorestart=false
                """.formatted(root));
        Map<String, String> told = Map.of("supervisor.config", main.toString());
        Mender.Result result = mend(told, "supervisor");
        assertThat(result.good()).as(result.said().toString()).isTrue();
        assertThat(result.said())
                .anyMatch(l -> l.contains("ServerOptions().realize()") && l.endsWith("-c " + main + ": sound"));
        assertThat(main).content().contains("autorestart=true", "stopasgroup=true");
        assertThat(names(".")).as("nothing was started").hasSize(2);
        String odd = Files.readString(main).replace("autorestart=true", "autorestart=false") + "priority=first\n";
        Files.writeString(main, odd);
        Mender.Result refused = mend(told, "supervisor");
        assertThat(refused.good()).isFalse();
        assertThat(refused.said()).anyMatch(l -> l.contains("first")).contains(main + ": put back as it was");
        assertThat(main).hasContent(odd);
    }

    @Test
    @Tag("process")
    void mendsWhatTheRealNginxTakes() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nginx")), "nginx is not installed");
        Path main = file("nginx/nginx.conf", """
                pid %s/pid;
                error_log %s/log;
                events { worker_connections 512; }
                http {
                  access_log off;
                  client_body_temp_path %s/body;
                  server {
                    listen 127.0.0.1:80;
                    location / {
                      proxy_pass http://127.0.0.1:1;
                      proxy_read_timeout 2h;
                    }
                  }
                }
                """.formatted(root, root, root));
        var size = new HostGrounds.Size(16L << 30, 0);
        Map<String, String> told = Map.of("nginx.config", main.toString());
        Survey before = Survey.of(HostGrounds.here(Path.of("/proc"), size, told, Programs::ask), null, Set.of("nginx"));
        Mender m = Mender.here(() -> files(Path.of("/"), Map.of()), () -> "20260301-120000", uid());
        Mender.Result result = m.apply(m.plan(before.findings(), Grade.WARNING));
        assertThat(result.said()).contains("nginx -t -c " + main + ": sound");
        assertThat(result.good()).isTrue();
        assertThat(main).content().contains("proxy_read_timeout 60s;");
    }

    /** The files of this test and of php-fpm itself, and nothing that runs or is configured on this host. */
    private record Alone(Grounds host, String root) implements Grounds {
        private boolean seen(String path) {
            return path.startsWith(root) || path.startsWith("/usr/sbin/php-fpm");
        }

        @Override
        public boolean isFile(String path) {
            return seen(path) && host.isFile(path);
        }

        @Override
        public List<String> lines(String path) throws IOException {
            return host.lines(path);
        }

        @Override
        public List<String> glob(String pattern) {
            return seen(pattern) ? host.glob(pattern) : List.of();
        }

        @Override
        public long memory() {
            return host.memory();
        }

        @Override
        public long swap() {
            return host.swap();
        }

        @Override
        public int processors() {
            return 2;
        }

        @Override
        public String sysctl(String name) {
            return "";
        }

        @Override
        public List<Running> running() {
            return List.of();
        }

        @Override
        public long descriptors(int pid) {
            return UNKNOWN;
        }

        @Override
        public Map<String, String> told() {
            return host.told();
        }

        @Override
        public String ask(List<String> command) {
            return "";
        }
    }

    private static final Path FPM = Path.of("/usr/sbin/php-fpm8.2");

    private Survey survey(Path main) {
        var size = new HostGrounds.Size(16L << 30, 0);
        Grounds files = HostGrounds.here(Path.of("/proc"), size, Map.of("php_fpm.config", main.toString()), _ -> "");
        return Survey.of(new Alone(files, root.toString()), null, Set.of("php-fpm"));
    }

    private Path incident(String more) throws IOException {
        file("fpm/pool.d/www.conf", """
                [www]
                user = www-data
                listen = %s/sock
                pm = dynamic
                pm.max_children = 20
                pm.min_spare_servers = 5
                pm.max_spare_servers = 2
                php_admin_value[memory_limit] = 8G
                %s
                """.formatted(root, more));
        return file(
                "fpm/php-fpm.conf",
                "[global]\nerror_log = %s/log\ninclude=%s/fpm/pool.d/*.conf\n".formatted(root, root));
    }

    @Test
    @Tag("process")
    void mendsTheIncidentUntilTheRealOneTakesIt() throws IOException {
        assumeTrue(Files.isExecutable(FPM), "php-fpm8.2 is not installed");
        Path main = incident("");
        Survey before = survey(main);
        assertThat(before.findings())
                .extracting(Finding::rule)
                .contains("php-fpm-overcommit", "php-fpm-pm-contradiction");
        Mender m = Mender.here(() -> files(Path.of("/"), Map.of()), () -> "20260301-120000", uid());
        Mender.Result result = m.apply(m.plan(before.findings(), Grade.NOTE));
        assertThat(result.good()).as(result.said().toString()).isTrue();
        assertThat(result.said()).contains(FPM + " -t -y " + main + ": sound");
        assertThat(survey(main).findings()).extracting(Finding::rule).isEmpty();
        assertThat(root.resolve("fpm/pool.d/.www.conf.holdfast-20260301-120000"))
                .content()
                .contains("= 8G");
    }

    @Test
    @Tag("process")
    void rollsBackWhenTheRealOneStillRefuses() throws IOException {
        assumeTrue(Files.isExecutable(FPM), "php-fpm8.2 is not installed");
        Path main = incident("no_such_key = 1");
        String before = Files.readString(root.resolve("fpm/pool.d/www.conf"));
        Survey survey = survey(main);
        Mender m = Mender.here(() -> files(Path.of("/"), Map.of()), () -> "20260301-120000", uid());
        Mender.Result result = m.apply(m.plan(survey.findings(), Grade.WARNING));
        assertThat(result.good()).isFalse();
        assertThat(result.said())
                .anyMatch(l -> l.contains("no_such_key"))
                .contains(root.resolve("fpm/pool.d/www.conf") + ": put back as it was");
        assertThat(root.resolve("fpm/pool.d/www.conf")).hasContent(before);
        assertThat(names("fpm/pool.d")).containsExactly("www.conf");
    }
}
