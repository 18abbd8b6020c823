package dev.holdfast.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Claim;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Total;
import dev.holdfast.config.AuditSpec;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The host of contract/gateway-host.yaml on the day before it went down: the audit names what took it. */
class GatewayHostTest {
    private static final long GIB = 1L << 30;
    private static final long MIB = 1L << 20;
    private static final String POOL = "/etc/php/8.3/fpm/pool.d/www.conf";
    private static final String SERVER = "/etc/mysql/mariadb.conf.d/50-server.cnf";
    private static final String TUNING = "/etc/mysql/mariadb.conf.d/99-tuning.cnf";

    private static FakeGrounds before() {
        var host = new FakeGrounds()
                .memory(16 * GIB)
                .swap(0)
                .sysctl("vm.overcommit_memory", "1")
                .file("/etc/php/8.3/fpm/php-fpm.conf", "[global]", "include=/etc/php/8.3/fpm/pool.d/*.conf")
                .file("/etc/php/8.3/fpm/php.ini", "[PHP]", "memory_limit = 128M")
                .file(
                        POOL,
                        "[www]",
                        "listen = /run/php/php8.3-fpm.sock",
                        "pm = dynamic",
                        "pm.max_children = 20",
                        "pm.start_servers = 4",
                        "pm.min_spare_servers = 2",
                        "pm.max_spare_servers = 6",
                        "pm.max_requests = 500",
                        "request_terminate_timeout = 60s",
                        "php_admin_value[memory_limit] = 8G")
                .file("/etc/mysql/my.cnf", "[client-server]", "!includedir /etc/mysql/mariadb.conf.d/")
                .file(SERVER, "[mysqld]", "bind-address = 127.0.0.1", "innodb_buffer_pool_size = 2G")
                .file(TUNING, "[mysqld]", "innodb_buffer_pool_size = 128M", "max_connections = 50")
                .file(
                        "/etc/nginx/nginx.conf",
                        "worker_processes auto;",
                        "events { worker_connections 768; }",
                        "http { server { location ~ php { fastcgi_pass unix:/run/php/php8.3-fpm.sock; } } }")
                .file("/etc/redis/redis.conf", "bind 127.0.0.1", "maxmemory 512mb", "save \"\"")
                .running(10, "mariadbd", 700 * MIB, "/usr/sbin/mariadbd")
                .running(11, "redis-server", 100 * MIB, "/usr/bin/redis-server 127.0.0.1:6379")
                .running(12, "nginx", 20 * MIB, "nginx: master process /usr/sbin/nginx")
                .running(13, "sshd", 30 * MIB, "sshd: /usr/sbin/sshd -D");
        for (String unit : List.of("php8.3-fpm", "mariadb", "nginx", "redis-server")) {
            host.file(
                    "/usr/lib/systemd/system/" + unit + ".service", "[Service]", "Restart=on-failure", "RestartSec=5");
        }
        told().told().forEach(host::told);
        return host;
    }

    private static AuditSpec told() {
        Loaded loaded = new ConfigLoader(java.util.Map.of(), false)
                .load(Path.of("src/test/resources/contract/gateway-host.yaml"));
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        return Objects.requireNonNull(((Loaded.Sound) loaded).config().watched().audit());
    }

    private static Claim claim(Total total, String who) {
        return total.claims().stream()
                .filter(c -> c.who().startsWith(who))
                .findFirst()
                .orElseThrow(() -> new AssertionError(who + " is not in " + total.claims()));
    }

    @Test
    void isNamedBefore() {
        Survey s = Survey.of(before(), null, Set.of());
        Finding worst = s.findings().getFirst();
        assertThat(worst.rule()).isEqualTo("php-fpm-overcommit");
        assertThat(worst.grade()).isEqualTo(Grade.CRITICAL);
        assertThat(worst.sites().getFirst().file()).isEqualTo(POOL);
        assertThat(worst.evidence()).contains("pool www: 20 children × 8.0GiB = 160.0GiB");
        assertThat(s.findings()).anySatisfy(f -> {
            assertThat(f.rule()).isEqualTo("mariadb-conflict");
            assertThat(f.what()).contains("128M of " + TUNING + ":2 wins", "2G of " + SERVER + ":3 has no effect");
        });
        assertThat(s.findings()).anySatisfy(f -> {
            assertThat(f.rule()).isEqualTo("php-fpm-memory-limit-high");
            assertThat(f.sites()).containsExactly(new Site(POOL, 10));
        });
        assertThat(s.findings())
                .noneMatch(f -> f.rule().endsWith("-unreadable") || f.rule().equals("audit-failed"));
    }

    @Test
    void itsTotalIsASumThatAPersonCanCheck() {
        Total t = Survey.of(before(), null, Set.of()).total();
        Claim pool = claim(t, "php-fpm pool www");
        assertThat(pool.worst()).isEqualTo(160 * GIB);
        assertThat(pool.arithmetic()).isEqualTo("20 children × 8.0GiB");
        Claim mariadb = claim(t, "mariadb");
        assertThat(mariadb.measured()).isEqualTo(700 * MIB);
        Claim redis = claim(t, "redis");
        assertThat(redis.worst()).isEqualTo(512 * MIB);
        assertThat(redis.measured()).isEqualTo(100 * MIB);
        assertThat(claim(t, "nginx").measured()).isEqualTo(20 * MIB);
        assertThat(t.claims())
                .as("units that bound nothing are told by what runs in them")
                .noneMatch(c -> c.who().startsWith("systemd unit "));
        assertThat(t.rest()).as("sshd").isEqualTo(30 * MIB);
        assertThat(t.measured()).isEqualTo(820 * MIB);
        assertThat(t.worst())
                .isEqualTo(
                        t.rest() + t.claims().stream().mapToLong(Claim::worst).sum());
        assertThat(t.typical())
                .isEqualTo(
                        t.rest() + t.claims().stream().mapToLong(Claim::typical).sum());
        assertThat(t.line())
                .startsWith("This host can be killed by its own configuration: 16")
                .endsWith("GiB may be claimed of 16.0GiB of memory.");
    }

    @Test
    void isSoundWhenMended() {
        FakeGrounds after = before().file(TUNING, "[mysqld]", "max_connections = 50")
                .file(
                        POOL,
                        "[www]",
                        "listen = /run/php/php8.3-fpm.sock",
                        "pm = static",
                        "pm.max_children = 20",
                        "pm.max_requests = 500",
                        "request_terminate_timeout = 60s",
                        "php_admin_value[memory_limit] = 256M");
        Survey s = Survey.of(after, null, Set.of());
        assertThat(s.findings()).noneMatch(f -> f.grade() == Grade.CRITICAL);
        assertThat(s.total().line()).startsWith("This host cannot be killed by its own configuration: at most");
    }
}
