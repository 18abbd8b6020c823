package dev.holdfast.audit.note;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "requirepass \"hush me\" x",
                "requirepass 'hush",
                "masterauth hush",
                "password=hush",
                "wsrep_sst_auth = \"root:hush\"",
                "DB_PASSWORD: hush",
                "environment=APP=\"a\",API_KEY=\"hush\"",
                "mysqldump -u root -phush shop | gzip",
                "mariadb-dump --password=hush shop",
                "mysqladmin --password hush ping",
                "curl -u me:hush https://example.org",
                "curl -H 'Authorization: Bearer hush' https://example.org",
                "backup postgres://me:hush@localhost/shop",
                "redis-cli -a hush ping",
                "sshpass -p hush ssh backup",
                "env[DB_PASSWORD] = hush",
                "+env[DB_PASS] = hush",
                "MYSQL_PWD=hush mysqldump shop",
                "REDISCLI_AUTH=hush redis-cli ping",
                "session.save_path = \"tcp://127.0.0.1:6379?auth=hush\"",
                "session.save_path = tcp://127.0.0.1:6379?database=1&auth[]=me&auth=hush&x=1",
                "php_admin_value[mysqli.default_pw] = hush"
            })
    void areHidden(String line) {
        assertThat(Notes.shown(line)).doesNotContain("hush").contains(Secrets.HIDDEN);
        assertThat(Notes.masked(line)).doesNotContain("hush").contains(Secrets.HIDDEN);
    }

    @ParameterizedTest
    @CsvSource({
        "/usr/bin/mysqlcheck --all-databases -uroot",
        "cp -p a b",
        "/etc/keys/password.txt",
        "php artisan queue:work --tries=3 --timeout=60",
        "tar -u x:y",
        "access.log = /var/log/php/access.log",
        "nginx_bypass = 1"
    })
    void whatIsNoneStays(String line) {
        assertThat(Notes.shown("x " + line).replace(Secrets.HIDDEN, "y")).isEqualTo("x " + line);
    }
}
