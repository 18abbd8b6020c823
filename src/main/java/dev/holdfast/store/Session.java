package dev.holdfast.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The open store, as work sees it. The store's thread's own. */
final class Session implements AutoCloseable {
    private static final int PAGES_AT_ONCE = 256;

    private final Connection connection;
    /** By their texts, which are constants of this room: preparing costs more than doing. */
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    /** Whether others write at the same time, so that rows are to be locked. */
    private final boolean shared;

    private @Nullable String entered;

    Session(Connection connection) {
        this(connection, false);
    }

    Session(Connection connection, boolean shared) {
        this.connection = connection;
        this.shared = shared;
    }

    boolean shared() {
        return shared;
    }

    /** It would lock something else than its transaction has, and belongs into another. Nothing was changed by it. */
    static final class Apart extends SQLException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Before anything is locked. A transaction waits for one thing only, a queue say, and so never for another that waits
     * for it.
     */
    void enter(String what) throws Apart {
        if (shared && entered != null && !entered.equals(what)) {
            throw new Apart();
        }
        entered = what;
    }

    /** A new transaction. */
    void leave() {
        entered = null;
    }

    /** Others that work at this queue's jobs look at it, when this is committed. */
    void wake(String queue) throws SQLException {
        if (shared) {
            try (var rows = sql("SELECT pg_notify('holdfast', ?)", queue).executeQuery()) {
                rows.next();
            }
        }
    }

    /** The rows it finds are nobody else's until the transaction ends. */
    String forUpdate(String select) {
        return shared ? select + " FOR UPDATE" : select;
    }

    /** As {@link #forUpdate}; what another has locked is passed over. */
    String skipLocked(String select) {
        return shared ? select + " FOR UPDATE SKIP LOCKED" : select;
    }

    /** A statement with its parameters set; the next call with the same text may reuse it. */
    PreparedStatement sql(String text, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = prepared.get(text);
        if (statement == null) {
            statement = connection.prepareStatement(text);
            prepared.put(text, statement);
        }
        statement.clearParameters();
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    /** @return rows changed */
    int change(String text, @Nullable Object... parameters) throws SQLException {
        return sql(text, parameters).executeUpdate();
    }

    /** The first column of the first row; 0 when there is none. */
    long number(String text, @Nullable Object... parameters) throws SQLException {
        try (var rows = sql(text, parameters).executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /** What was asked so far. */
    Set<String> texts() {
        return Set.copyOf(prepared.keySet());
    }

    /** Gives a bounded piece of what nothing is in any more back to the file system; a server does so by itself. */
    void shrink() throws SQLException {
        if (!shared) {
            run("PRAGMA incremental_vacuum(" + PAGES_AT_ONCE + ")");
        }
    }

    /** Several statements at once, or one that is not to be kept. */
    void run(String statements) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(statements);
        }
    }

    @Override
    public void close() throws SQLException {
        prepared.clear();
        connection.close();
    }
}
