package dev.holdfast.store;

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
    void tellsWhichTroubleIsWhose() {
        assertThat(ServerTrouble.of(new java.sql.SQLException("gone", "08006"))).isEqualTo(ServerTrouble.LOST);
        assertThat(ServerTrouble.of(new java.sql.SQLException("full", "53100"))).isEqualTo(ServerTrouble.LOST);
        assertThat(ServerTrouble.of(new java.sql.SQLException("deadlock", "40P01")))
                .isEqualTo(ServerTrouble.CONFLICT);
        assertThat(ServerTrouble.of(new java.sql.SQLException("unique", "23505")))
                .isEqualTo(ServerTrouble.CONFLICT);
        assertThat(ServerTrouble.of(new java.sql.SQLException("null", "23502"))).isEqualTo(ServerTrouble.OWN);
        assertThat(ServerTrouble.of(new java.sql.SQLException("ours"))).isEqualTo(ServerTrouble.OWN);
    }
}
