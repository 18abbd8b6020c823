package dev.holdfast.store;

import java.sql.SQLException;

/** What a failure means for the store (sqlite.org/rescode.html). */
enum Trouble {
    /** A full disk, a lock, an I/O error: the same may work later. */
    PASSING,
    /** The file is no database, or a damaged one. */
    DAMAGED,
    /** What was asked is wrong by itself. */
    OWN;

    /** A full disk or a lock says nothing against the open file. */
    static boolean leavesItOpen(SQLException e) {
        int code = e.getErrorCode() & 0xff;
        return code == 5 || code == 6 || code == 13;
    }

    static Trouble of(SQLException e) {
        return switch (e.getErrorCode() & 0xff) {
            case 5, 6, 7, 8, 10, 13, 14, 15 -> PASSING; // BUSY LOCKED NOMEM READONLY IOERR FULL CANTOPEN PROTOCOL
            case 11, 26 -> DAMAGED; // CORRUPT NOTADB
            default -> OWN;
        };
    }
}
