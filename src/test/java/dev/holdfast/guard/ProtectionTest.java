package dev.holdfast.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtectionTest {
    private final Protection protection = new Protection(List.of("our-agent"), 4711);

    private @Nullable String of(String name, String exe, String command) {
        return protection.of(
                100, false, new Traits(name, command, exe, 0, "root", "/", "", "", false, "", false), Set.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/usr/bin/clickhouse", "/usr/libexec/qemu-kvm", "/usr/local/bin/k3s", "/usr/bin/redis-check-rdb"
            })
    void whatServersAreLinksToIsProtected(String exe) {
        assertThat(of("server", exe, "/usr/bin/server --config")).endsWith("is protected");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "python3 /usr/bin/supervisord",
                "/usr/bin/python3 /usr/bin/supervisord -n -c /etc/supervisord.conf",
                "python3 -u -W ignore -X dev /usr/bin/supervisord",
                "python3 -m supervisor.supervisord -n",
                "/usr/bin/python3 -Es /usr/sbin/firewalld --nofork",
                "/usr/bin/python3 /usr/bin/fail2ban-server -xf start",
                "/bin/sh /usr/bin/mysqld_safe",
                "python3 -s /opt/our-agent"
            })
    void aDaemonIsProtectedWhenItsInterpreterWasStartedWithIt(String command) {
        assertThat(of("python3", "/usr/bin/python3.11", command)).endsWith("is protected");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "python3 /srv/app.py supervisord",
                "python3 -c supervisord",
                "python3 -m",
                "python3 ",
                "python3 -u",
                "python3",
                "python3 -W supervisord /srv/app.py",
                "python3 /srv/supervisord/app.py"
            })
    void whoOnlyMentionsADaemonIsNot(String command) {
        assertThat(of("python3", "/usr/bin/python3.11", command)).isNull();
    }

    @Test
    void aScriptThatWasExecutedItselfHasItsNameFromTheKernel() {
        assertThat(of("supervisord", "/usr/bin/python3.11", "/usr/bin/python3 /usr/bin/supervisord"))
                .isNotNull();
        assertThat(of("PM2 v5.3.0: God", "/usr/bin/node", "PM2 v5.3.0: God Daemon (/root/.pm2)"))
                .isNotNull();
    }

    @Test
    void whatIsNoInterpreterCannotNameItself() {
        assertThat(of("supervisord", "/srv/miner", "python3 /usr/bin/supervisord"))
                .isNull();
    }
}
