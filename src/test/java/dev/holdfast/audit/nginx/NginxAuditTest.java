package dev.holdfast.audit.nginx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.AuditorContract;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Programs;
import dev.holdfast.audit.Site;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NginxAuditTest extends AuditorContract {
    private static final String MAIN = "/etc/nginx/nginx.conf";
    private static final String SITE = "/etc/nginx/sites-enabled/shop";

    private final NginxAudit audit = new NginxAudit();

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
        return List.of("", "events { worker_connections ", "http { include ", "http { server { proxy_read_timeout ");
    }

    private static FakeGrounds nginx(String site, String... main) {
        return new FakeGrounds()
                .file(MAIN, main)
                .file(SITE, site.split("\n"))
                .sysctl("fs.file-max", "9223372036854775807");
    }

    private static final String[] ORDINARY = {
        "worker_processes auto;",
        "events { worker_connections 768; }",
        "http {",
        "  include sites-enabled/*; # all",
        "  include conf.d/*.conf;",
        "}"
    };

    private static final String SHOP = """
            server {
                listen 80;
                if ($host ~ "^a;{b$") { return 301 https://${host}$request_uri; }
                client_max_body_size 20m;
                location / { proxy_pass http://127.0.0.1:8000; proxy_read_timeout 1m; }
                content_by_lua_block { if x then { y = "}" } end }
            }
            """;

    @Test
    void hasNothingAgainstAnOrdinaryServer() {
        var verdict = audit.audit(nginx(SHOP.replace("y = \"}\"", "y = 1"), ORDINARY)
                .processors(8)
                .running(3, "nginx", 9_000_000));
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.looked()).containsExactly(MAIN, SITE);
        assertThat(verdict.claims()).singleElement().satisfies(c -> {
            assertThat(c.arithmetic()).isEqualTo("8 workers × 768 connections × 89 KiB of buffers");
            assertThat(c.worst()).isEqualTo(8L * 768 * 89 * 1024);
            assertThat(c.measured()).isEqualTo(9_000_000);
        });
    }

    @Test
    void comparesConnectionsWithDescriptors() throws Exception {
        var host = nginx(
                SHOP,
                "worker_rlimit_nofile 2048;",
                "events {",
                "worker_connections 4000;",
                "}",
                "http {",
                "proxy_pass x;",
                "}");
        var finding = only(audit.audit(host), "nginx-descriptors");
        assertThat(finding.what()).isEqualTo("4000 connections a worker want as many descriptors, and it has 2048");
        assertThat(finding.evidence())
                .containsExactly(
                        "1 worker × 4000 connections, those to upstreams among them",
                        "worker_rlimit_nofile 2048 in " + MAIN + ":1");
        assertThat(finding.sites()).containsExactly(new Site(MAIN, 3));
        assertThat(mended(host, finding).getFirst()).isEqualTo("worker_rlimit_nofile 8000;");
        var unset = nginx(SHOP, MANY);
        assertThat(mended(unset, only(audit.audit(unset), "nginx-descriptors")).getFirst())
                .isEqualTo("worker_rlimit_nofile 8000;");
        assertThat(rules(audit.audit(
                        nginx("", "worker_rlimit_nofile 4000;", "events {", "worker_connections 4000;", "}"))))
                .isEmpty();
    }

    private static final String[] MANY = {"events {", "worker_connections 4000;", "}"};
    private static final String UNIT = "/lib/systemd/system/nginx.service";

    @Test
    void knowsWhatTheUnitGives() {
        var host = nginx("", MANY).file(UNIT, "[Service]", "Type=forking", "ExecStart=/usr/sbin/nginx");
        assertThat(only(audit.audit(host), "nginx-descriptors").evidence())
                .contains("nginx.service has no LimitNOFILE: 1024 is the usual soft limit");
        String dropIn = "/etc/systemd/system/nginx.service.d/files.conf";
        for (String enough : List.of("4000", "65536:524288", "infinity")) {
            assertThat(rules(audit.audit(host.file(dropIn, "[Service]", "LimitNOFILE=" + enough))))
                    .as(enough)
                    .isEmpty();
        }
        var finding = only(audit.audit(host.file(dropIn, "[Service]", "LimitNOFILE=2048:65536")), "nginx-descriptors");
        assertThat(finding.what()).endsWith("it has 2048");
        assertThat(finding.evidence()).contains(dropIn + ":2: LimitNOFILE=2048:65536");
        assertThat(only(audit.audit(host.file(dropIn, "[Service]", "LimitNOFILE=many")), "nginx-descriptors")
                        .what())
                .as("systemd leaves that out")
                .endsWith("it has 1024");
        assertThat(rules(audit.audit(nginx("", "worker_rlimit_nofile 4000;", MANY[0], MANY[1], MANY[2])
                        .file(dropIn, "[Service]", "LimitNOFILE=100"))))
                .as("nginx's own setting is what workers get")
                .isEmpty();
    }

    @Test
    void knowsWhatSystemdGivesAllUnits() {
        String all = "/etc/systemd/system.conf";
        String dropIn = "/etc/systemd/system.conf.d/files.conf";
        var host = nginx("", MANY).file(UNIT, "[Service]").file(all, "[Manager]", "#DefaultLimitNOFILE=1024:524288");
        assertThat(only(audit.audit(host), "nginx-descriptors").what()).endsWith("it has 1024");
        assertThat(rules(audit.audit(host.file(dropIn, "[Manager]", "DefaultLimitNOFILE=8192"))))
                .isEmpty();
        host.file(dropIn, "[Manager]", "DefaultLimitNOFILE=2000:524288");
        assertThat(only(audit.audit(host), "nginx-descriptors").evidence())
                .contains(dropIn + ":2: DefaultLimitNOFILE=2000:524288");
        assertThat(rules(audit.audit(host.file(UNIT, "[Service]", "LimitNOFILE=65536"))))
                .as("the unit's own comes first")
                .isEmpty();
    }

    @Test
    void looksAtTheMasterThatRuns() {
        String dropIn = "/etc/systemd/system/nginx.service.d/files.conf";
        var host = nginx("", MANY)
                .running(7, "nginx", 1 << 20, "nginx: master process /usr/sbin/nginx -g daemon on;")
                .running(8, "nginx", 1 << 20, "nginx: worker process");
        assertThat(rules(audit.audit(host.descriptors(7, 4_096).descriptors(8, 10))))
                .isEmpty();
        host.file(UNIT, "[Service]").file(dropIn, "[Service]", "LimitNOFILE=65536");
        var before = only(audit.audit(host.descriptors(7, 1_024)), "nginx-descriptors");
        assertThat(before.what()).as("not restarted since").endsWith("it has 1024");
        assertThat(before.evidence()).contains(dropIn + ":2: LimitNOFILE=65536", "its master, which runs, has 1024");
        host.file(dropIn, "[Service]", "LimitNOFILE=1024").descriptors(7, 65_536);
        assertThat(only(audit.audit(host), "nginx-descriptors").what())
                .as("until the next start")
                .endsWith("it has 1024");
    }

    @Test
    void comparesDescriptorsWithTheKernel() {
        var main = new String[] {"worker_processes 8;", "worker_rlimit_nofile 65536;"};
        assertThat(only(audit.audit(nginx("", main).sysctl("fs.file-max", "200000")), "nginx-file-max")
                        .evidence())
                .containsExactly("8 × 65536 = 524288");
        assertThat(rules(audit.audit(nginx("", main).sysctl("fs.file-max", "600000"))))
                .isEmpty();
    }

    @Test
    void findsTimeoutsThatHoldChildren() throws Exception {
        var host = nginx("server {\n  location /a {\n    fastcgi_read_timeout 1h30m;\n  }\n}", ORDINARY);
        var finding = only(audit.audit(host), "nginx-upstream-timeout");
        assertThat(finding.sites()).containsExactly(new Site(SITE, 3));
        assertThat(finding.what()).contains("1h30m");
        assertThat(finding.subject()).isEqualTo("fastcgi_read_timeout in http/server/location");
        assertThat(mended(host, finding)).contains("    fastcgi_read_timeout 60s;");
        assertThat(rules(audit.audit(nginx("proxy_read_timeout 0;", ORDINARY))))
                .containsExactly("nginx-upstream-timeout");
        assertThat(rules(audit.audit(nginx("proxy_read_timeout 300;", ORDINARY))))
                .isEmpty();
        var shared = audit.audit(nginx("location / { proxy_read_timeout 1h; }", ORDINARY));
        assertThat(only(shared, "nginx-upstream-timeout").fix().edits()).isEmpty();
    }

    @Test
    void notesConnectTimeoutsThatAreNotKept() {
        assertThat(rules(audit.audit(nginx("proxy_connect_timeout 5m;", ORDINARY))))
                .containsExactly("nginx-connect-timeout");
        assertThat(rules(audit.audit(nginx("proxy_connect_timeout 75s;", ORDINARY))))
                .isEmpty();
    }

    @Test
    void findsBodiesOfAnySize() throws Exception {
        var host = nginx("client_max_body_size 0;", ORDINARY);
        assertThat(mended(host, only(audit.audit(host), "nginx-body-size")))
                .containsExactly("client_max_body_size 100m;");
        assertThat(rules(audit.audit(nginx("client_max_body_size 2g;", ORDINARY))))
                .containsExactly("nginx-body-size");
        assertThat(rules(audit.audit(nginx("client_max_body_size 1g;", ORDINARY))))
                .isEmpty();
    }

    @Test
    void comparesBodiesWithPhp() {
        var host = nginx("client_max_body_size 8m;\nfastcgi_pass unix:/run/php.sock;", ORDINARY)
                .file("/etc/php/8.3/fpm/php.ini", "[PHP]", "post_max_size = 64M");
        assertThat(only(audit.audit(host), "nginx-body-php").what()).contains("64 MiB, nginx of 8 MiB");
        assertThat(rules(audit.audit(host.file("/etc/php/8.3/fpm/php.ini", "post_max_size = 8M"))))
                .isEmpty();
    }

    @Test
    void findsAnIncludeThatIsNotThere() {
        var host = nginx("include snippets/ssl.conf;", ORDINARY);
        var finding = only(audit.audit(host), "nginx-include-missing");
        assertThat(finding.grade()).isEqualTo(Grade.CRITICAL);
        assertThat(finding.sites()).containsExactly(new Site(SITE, 1));
        assertThat(finding.what()).contains("/etc/nginx/snippets/ssl.conf");
        assertThat(rules(audit.audit(host.file("/etc/nginx/snippets/ssl.conf", ""))))
                .isEmpty();
    }

    @Test
    void saysWhatIsBroken() {
        for (String site : List.of(
                "server {",
                "}",
                "listen 80",
                "a \"b;",
                ";",
                "{ }",
                "include sites-enabled/*;",
                "proxy_read_timeout soon;",
                "client_max_body_size big;",
                "a ".concat("b { ".repeat(70)))) {
            assertThat(rules(audit.audit(nginx(site, ORDINARY)))).as(site).contains("nginx-unreadable");
        }
    }

    /** Files in nginx's own order, as {@code nginx -T} prints them; and what it refuses, we say. */
    @Test
    void readsWhatNginxReads() throws Exception {
        Programs.need("/usr/sbin/nginx");
        String main = temp + "/nginx.conf";
        var host = new FakeGrounds()
                .file(
                        main,
                        "pid " + temp + "/pid;",
                        "error_log stderr;",
                        "events { worker_connections 10; }",
                        "http {",
                        "  access_log off;",
                        "  include d/*.conf;",
                        "  include none/*.conf;",
                        "  include last.conf;",
                        "}")
                .file(temp + "/d/b.conf", "map $host $x { default \"a;}b\"; 'c d' 1; }")
                .file(temp + "/d/B.conf", "proxy_read_timeout 1h;")
                .file(temp + "/d/_.conf", "# }")
                .file(temp + "/d/z.txt", "}")
                .file(
                        temp + "/last.conf",
                        "server { listen 127.0.0.1:1; return 200 \"${host}\"; include d/inner.inc; }")
                .file(temp + "/d/inner.inc", "location ~ ^/a\\{b { return 404; }")
                .told("nginx.config", main)
                .onDisk();
        var ran = Programs.run("/usr/sbin/nginx", "-T", "-c", main);
        assertThat(ran.code()).as(ran.output()).isZero();
        String mark = "# configuration file ";
        var theirs = ran.output()
                .lines()
                .filter(l -> l.startsWith(mark))
                .map(l -> l.substring(mark.length(), l.length() - 1))
                .toList();
        var verdict = audit.audit(host);
        assertThat(verdict.looked()).isEqualTo(theirs);
        assertThat(rules(verdict)).containsExactly("nginx-upstream-timeout");
        for (String broken : List.of("include none.conf;", "server {", "}", "a \"b;", ";")) {
            host.file(temp + "/last.conf", broken).onDisk();
            assertThat(Programs.run("/usr/sbin/nginx", "-t", "-c", main).code())
                    .as(broken)
                    .isNotZero();
            assertThat(rules(audit.audit(host))).as(broken).containsAnyOf("nginx-unreadable", "nginx-include-missing");
        }
    }

    @Test
    void letsWebSocketsBeSilent() {
        String sockets =
                "location /ws { proxy_pass http://a; proxy_set_header Upgrade $http_upgrade; proxy_read_timeout 1d; }";
        assertThat(rules(audit.audit(nginx("server {\n" + sockets + "\n}", ORDINARY))))
                .isEmpty();
        String others = "location / { proxy_pass http://a; proxy_read_timeout 1d; }";
        var finding = only(
                audit.audit(nginx("server {\n" + sockets + "\n" + others + "\n}", ORDINARY)), "nginx-upstream-timeout");
        assertThat(finding.sites()).containsExactly(new Site(SITE, 3));
    }

    @Test
    void takesNothingElseOutOfALine() {
        var host = nginx(
                "server { }",
                "worker_processes 2; worker_rlimit_nofile 512;",
                "events { worker_connections 768; }",
                "http { include sites-enabled/*; }");
        assertThat(only(audit.audit(host), "nginx-descriptors").fix().edits()).isEmpty();
    }
}
