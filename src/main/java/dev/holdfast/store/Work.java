package dev.holdfast.store;

import java.sql.SQLException;

/** Something to do in the store. It may be done again when the disk was full, or beside others that fail. */
interface Work<T> {
    T in(Session session) throws SQLException;
}
