package dev.holdfast.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** How a server is written. */
class ServerAddressTest {
    @Test
    void readsWhatPostgresqlsOwnProgramsRead() {
        var all = ServerAddress.parse("postgresql://me%40home:p%3A%2B+w@db1:5433,db2/jobs?sslmode=verify-full");
        assertThat(all.url()).isEqualTo("jdbc:postgresql://db1:5433,db2/jobs?sslmode=verify-full");
        assertThat(all.properties(30)).containsEntry("user", "me@home").containsEntry("password", "p:++w");
        assertThat(all).hasToString("postgresql://db1:5433,db2/jobs");
        var least = ServerAddress.parse("postgres://db/jobs");
        assertThat(least.url()).isEqualTo("jdbc:postgresql://db/jobs");
        assertThat(least.properties(30)).doesNotContainKeys("user", "password");
        assertThat(ServerAddress.parse("postgresql://me@[::1]:5432").url())
                .isEqualTo("jdbc:postgresql://[::1]:5432/me");
    }

    @Test
    void refusesWhatItCannotReadAndShowsNoPassword() {
        assertThatThrownBy(() -> ServerAddress.parse("mysql://me:secret@db/jobs"))
                .hasMessageContaining("postgresql://")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> ServerAddress.parse("postgresql://db")).hasMessageContaining("names its database");
        assertThatThrownBy(() -> ServerAddress.parse("postgresql://db/jobs?autosave=always"))
                .hasMessageContaining("no option autosave");
    }

    @Test
    void refusesWhatTheDriverWouldFindOutWhenItConnects() {
        for (String port : new String[] {"0", "99999", "x", "-1", ""}) {
            assertThatThrownBy(() -> ServerAddress.parse("postgresql://db,db2:" + port + "/jobs"))
                    .as(port)
                    .hasMessageContaining("is 1 to 65535");
        }
        assertThatThrownBy(() -> ServerAddress.parse("postgresql://db,/jobs")).hasMessageContaining("comma in between");
        assertThatThrownBy(() -> ServerAddress.parse("postgresql://db:1:2/jobs"))
                .hasMessageContaining("a port is");
        assertThatThrownBy(() -> ServerAddress.parse("postgresql://me:geheim/jobs"))
                .hasMessageContaining("a port is")
                .hasMessageNotContaining("geheim");
        assertThatThrownBy(() -> ServerAddress.parse("postgresql://db/jobs?sslmode=on"))
                .hasMessageEndingWith("sslmode is one of allow, disable, prefer, require, verify-ca, verify-full");
        assertThat(ServerAddress.parse("postgresql://db/jobs?sslmode=require&targetServerType=primary")
                        .url())
                .endsWith("?sslmode=require&targetServerType=primary");
    }
}
