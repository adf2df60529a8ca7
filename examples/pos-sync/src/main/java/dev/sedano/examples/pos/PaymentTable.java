package dev.sedano.examples.pos;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The shop's own table of payments; the SQL is the same for PostgreSQL and SQLite. A connection per call: this is an
 * example. Thread-safe.
 *
 * @param url of JDBC
 */
record PaymentTable(String url) {
    private static final String TABLE = "CREATE TABLE payment (call_id TEXT NOT NULL, order_id TEXT NOT NULL,"
            + " cents BIGINT NOT NULL, state TEXT NOT NULL, pushed_at BIGINT NOT NULL, charge TEXT)";

    /** At most one payment of an order that is under way or charged; failed ones do not count. */
    static final String UNIQUE_INDEX =
            "CREATE UNIQUE INDEX payment_once ON payment (order_id)" + " WHERE state IN ('pushing', 'charged')";

    private static final String BEGIN =
            "INSERT INTO payment (call_id, order_id, cents, state, pushed_at) VALUES (?, ?, ?, 'pushing', ?)";

    void create(boolean uniqueIndex) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
            if (uniqueIndex) {
                statement.execute(UNIQUE_INDEX);
            }
        }
    }

    /**
     * Notes that a call begins to push, and returns when it first did (the API's seconds), or -1 when another call has
     * or had the order: then this one must not push.
     */
    long begin(String call, String order, long cents, long now) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            List<Long> begun =
                    numbers(connection, "SELECT pushed_at FROM payment WHERE call_id = ? AND state <> 'failed'", call);
            if (!begun.isEmpty()) {
                return begun.get(0);
            }
            try (PreparedStatement insert = connection.prepareStatement(BEGIN)) {
                insert.setString(1, call);
                insert.setString(2, order);
                insert.setLong(3, cents);
                insert.setLong(4, now);
                insert.executeUpdate();
                return now;
            } catch (SQLException e) {
                if (isUniqueViolation(e)) {
                    return -1;
                }
                throw e;
            }
        }
    }

    /** PostgreSQL says so by SQLSTATE 23505, SQLite by error 19 with the name of the constraint. */
    private static boolean isUniqueViolation(SQLException e) {
        return "23505".equals(e.getSQLState())
                || (e.getErrorCode() == 19 && String.valueOf(e.getMessage()).contains("UNIQUE"));
    }

    void end(String call, String state, String charge) throws SQLException {
        String sql = "UPDATE payment SET state = ?, charge = ? WHERE call_id = ? AND state = 'pushing'";
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, state);
            update.setString(2, charge);
            update.setString(3, call);
            update.executeUpdate();
        }
    }

    /** How many payments are in {@code state}. */
    long count(String state) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            return numbers(connection, "SELECT count(*) FROM payment WHERE state = ?", state)
                    .get(0);
        }
    }

    private static List<Long> numbers(Connection connection, String sql, String parameter) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, parameter);
            List<Long> numbers = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    numbers.add(rows.getLong(1));
                }
            }
            return numbers;
        }
    }
}
