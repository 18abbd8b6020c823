package dev.holdfast.store;

import java.sql.SQLException;

/** What a failure of a server means (PostgreSQL, Appendix A: error codes). */
enum ServerTrouble {
    /** The connection is gone, or the server cannot go on: the same may work with the next one. */
    LOST,
    /** Another host was in the way: the same may work at once. */
    CONFLICT,
    /** What was asked is wrong by itself. */
    OWN;

    static ServerTrouble of(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return switch (state) {
            // serialization, deadlock, lock timeout; a row that came meanwhile (23505), which the next try sees
            case "40001", "40P01", "55P03", "23505" -> CONFLICT;
            case "57014" -> OWN; // its time was over: what took too long would again, while others wait
            case "25P03", "25006" -> LOST; // idle in transaction, read only (a standby)
            default ->
                // connection, resources (a full disk among them), shut down or crashed, system, internal
                switch (state.substring(0, Math.min(2, state.length()))) {
                    case "08", "53", "57", "58", "XX" -> LOST;
                    default -> OWN;
                };
        };
    }
}
