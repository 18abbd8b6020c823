package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactedTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x --pass=GEHEIM",
                "env DB_PASS=GEHEIM sh",
                "env MYSQL_PWD=GEHEIM sh",
                "x --password=ab,GEHEIM",
                "x --password GEHEIM",
                "x {\"password\":\"GEHEIM\"}",
                "AWS_SECRET_ACCESS_KEY=GEHEIM x",
                "git clone https://GEHEIM@host/x",
                "psql postgres://u:p@GEHEIM@host/db",
                "/usr/bin/mysqldump -u root -pGEHEIM db",
                "mysql -pGEHEIM",
                "/usr/bin/redis-cli -h x -a GEHEIM ping",
                "sshpass -p GEHEIM ssh x",
                "curl -uuser:GEHEIM x",
                "curl -u user:GEHEIM x",
                "curl -H Authorization: Bearer GEHEIM x",
                "curl -H X-Auth-Key: GEHEIM x",
                "curl -H Cookie: GEHEIM x"
            })
    void takesSecretsOut(String command) {
        assertThat(Redacted.of(command)).doesNotContain("GEHEIM").contains("[redacted]");
    }

    @Test
    void withholdsArgumentsByWhatStandsBeforeThem() {
        for (List<String> argv : List.of(
                List.of("redis-cli", "-a", "GEHEIM"),
                List.of("nice", "-n", "5", "/usr/bin/redis-cli", "-h", "x", "-a", "GEHEIM"),
                List.of("app", "--token", "GEHEIM"),
                List.of("app", "--token", "GEHEIM and more"),
                List.of("app", "--db-pwd", "-GEHEIM"),
                List.of("sshpass", "-p", "GEHEIM", "ssh", "x"),
                List.of("mysql", "-u", "root", "-pGEHEIM"),
                List.of("curl", "-u", "user:GEHEIM"),
                List.of("app", "--password=GEHEIM"),
                List.of("app", "-x".repeat(300), "--auth", "GEHEIM".repeat(100)))) {
            assertThat(String.join(" ", Redacted.argv(argv))).as("%s", argv).doesNotContain("GEHEIM");
        }
        assertThat(Redacted.argv(List.of("app", "--token", "t", "--port", "80")))
                .containsExactly("app", "--token", "(not shown)", "--port", "80");
        List<String> plain = List.of("/usr/bin/php", "-d", "memory_limit=1G", "artisan", "queue:work", "--tries=3", "");
        assertThat(Redacted.argv(plain)).isEqualTo(plain);
    }

    @Test
    void leavesTheRestAsItIs() {
        String plain = "/usr/bin/php -d memory_limit=1G artisan queue:work --tries=3 http://host/a@b";
        assertThat(Redacted.of(plain)).isEqualTo(plain);
    }
}
