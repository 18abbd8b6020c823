package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerTroubleTest {
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
