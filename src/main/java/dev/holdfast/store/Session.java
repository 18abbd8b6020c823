package dev.holdfast.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The open store, as work sees it. The store's thread's own. */
final class Session implements AutoCloseable {
    private final Connection connection;
    /** By their texts, which are constants of this room: preparing costs more than doing. */
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Session(Connection connection) {
        this.connection = connection;
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
