package dev.holdfast.audit.apache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.FakeGrounds;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On the layout of Debian's apache2, and that of httpd elsewhere. */
class ProxyTimeoutsTest {
    private static final String MAIN = "/etc/apache2/apache2.conf";
    private static final String SITE = "/etc/apache2/sites-enabled/000-default.conf";
    private static final String HANDLER = "/etc/apache2/conf-enabled/php8.2-fpm.conf";

    /** What Debian brings, without comments. */
    private static FakeGrounds debian(String... site) {
        return new FakeGrounds()
                .file(
                        MAIN,
                        "DefaultRuntimeDir ${APACHE_RUN_DIR}",
                        "PidFile ${APACHE_PID_FILE}",
                        "Timeout 300",
                        "KeepAliveTimeout 5",
                        "IncludeOptional mods-enabled/*.load",
                        "IncludeOptional mods-enabled/*.conf",
                        "# Include ports.conf list",
                        "Include ports.conf",
                        "LogFormat \"%v:%p %h %l %u %t \\\"%r\\\" %>s %O\" vhost_combined",
                        "IncludeOptional conf-enabled/*.conf",
                        "IncludeOptional sites-enabled/*.conf")
                .file("/etc/apache2/ports.conf", "Listen 80", "<IfModule ssl_module>", "\tListen 443", "</IfModule>")
                .file(
                        HANDLER,
                        "<IfModule !mod_php8.c>",
                        "<IfModule proxy_fcgi_module>",
                        "    <FilesMatch \".+\\.ph(ar|p|tml)$\">",
                        "        SetHandler \"proxy:unix:/run/php/php8.2-fpm.sock|fcgi://localhost\"",
                        "    </FilesMatch>",
                        "</IfModule>",
                        "</IfModule>")
                .file(SITE, site);
    }

    @Test
    void isTheTimeoutOfTheServer() {
        var read = ProxyTimeouts.read(debian("<VirtualHost *:80>", "DocumentRoot /var/www/html", "</VirtualHost>"));
        assertThat(read).isEqualTo(new ProxyTimeouts(true, 300, List.of(MAIN + ":3: Timeout 300")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ProxyTimeout 30 | 30",
                "proxytimeout 30 | 30",
                "<Proxy \"fcgi://localhost\"> ; ProxySet connectiontimeout=5 timeout=600 ; </Proxy> | 600",
                "<Proxy fcgi://localhost> ; ProxySet timeout=10 ; </Proxy> | 300",
                "ProxyPass / fcgi://127.0.0.1:9000/srv/ timeout=20min retry=0 | 1200",
                "ProxyPassMatch ^/(.*\\.php)$ \"fcgi://127.0.0.1:9000/srv/$1\" \\ ;   timeout=900 | 900",
                "ProxyTimeout 30 ; <VirtualHost *:80> ; Timeout 400 ; </VirtualHost> | 400",
                "ProxyTimeout 30 ; <VirtualHost *:80> ; ServerName a ; </VirtualHost> ; KeepAliveTimeout 800 | 30",
            })
    void isTheLongestThatAnyMayWait(String site, long seconds) {
        var read = ProxyTimeouts.read(debian(site.split(" ; ")));
        assertThat(read.known()).isTrue();
        assertThat(read.seconds()).isEqualTo(seconds);
        assertThat(read.evidence()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Timeout ${LONG}",
                "Timeout",
                "ProxyTimeout 0",
                "ProxyPass / fcgi://127.0.0.1:9000/ timeout=soon",
                "Include ${SITES}/*.conf",
                "Include not-there.conf",
                "Include sites-enabled/*.conf",
            })
    void isNotKnownWhereItCannotBeRead(String line) {
        assertThat(ProxyTimeouts.read(debian(line)).known()).isFalse();
    }

    @Test
    void isNotKnownOfAnApacheWithoutPhpOrNone() {
        assertThat(ProxyTimeouts.read(debian().file(HANDLER, "# SetHandler proxy:fcgi://localhost"))
                        .known())
                .isFalse();
        assertThat(ProxyTimeouts.read(new FakeGrounds()).known()).isFalse();
        assertThat(ProxyTimeouts.read(debian().unreadable(SITE)).known()).isFalse();
    }

    @Test
    void readsTheLayoutOfOthers() {
        var host = new FakeGrounds()
                .file(
                        "/etc/httpd/conf/httpd.conf",
                        "ServerRoot \"/etc/httpd\"",
                        "Include conf.modules.d/*.conf",
                        "IncludeOptional conf.d/*.conf")
                .file("/etc/httpd/conf.d/php.conf", "SetHandler \"proxy:unix:/run/php-fpm/www.sock|fcgi://localhost\"");
        assertThat(ProxyTimeouts.read(host))
                .isEqualTo(new ProxyTimeouts(true, 60, List.of("Apache: Timeout is not set: 60 s")));
    }

    /** Whatever bytes come: it ends, and without an exception. */
    @Test
    void survivesGarbage() {
        var random = new Random(9);
        String signs = "<>/\\\"' \n\tTimeoutProxyIncludefcgi://${}*[=0123456789#";
        for (int i = 0; i < 300; i++) {
            var text = new StringBuilder("fcgi://a\n");
            for (int n = random.nextInt(2_000); n > 0; n--) {
                text.append(signs.charAt(random.nextInt(signs.length())));
            }
            var read = ProxyTimeouts.read(debian(text.toString()));
            assertThat(read.known() ? read.seconds() : 1).isPositive();
        }
    }
}
