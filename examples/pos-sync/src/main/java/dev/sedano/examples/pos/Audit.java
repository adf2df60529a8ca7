package dev.sedano.examples.pos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds charges of the past that are one too many: in the statement that the payment provider exports, since our own
 * table does not know what it missed.
 */
final class Audit {
    private static final String TABLE =
            "CREATE TABLE statement (charge TEXT PRIMARY KEY, order_id TEXT NOT NULL, cents BIGINT NOT NULL)";
    private static final String QUERY = "SELECT order_id, count(*) - 1, sum(cents) - min(cents) FROM statement"
            + " GROUP BY order_id HAVING count(*) > 1 ORDER BY order_id";

    private Audit() {}

    /** A line of the statement. */
    record Line(String charge, String order, long cents) {}

    /**
     * An order that was charged more than once.
     *
     * @param extra charges beyond the first
     * @param cents what they came to
     */
    record Finding(String order, long extra, long cents) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s: %d too many, %.2f to pay back", order, extra, cents / 100.0);
        }
    }

    /** Reads a statement: a heading, then {@code charge,order,cents} per line. */
    static List<Line> read(Path csv) throws IOException {
        List<Line> lines = new ArrayList<>();
        List<String> text = Files.readAllLines(csv);
        for (int i = 1; i < text.size(); i++) {
            String[] fields = text.get(i).split(",", -1);
            if (fields.length != 3 || !fields[2].strip().matches("[0-9]{1,15}")) {
                throw new IOException(
                        csv + " line " + (i + 1) + " is not charge,order,cents: " + text.get(i) + "; correct it");
            }
            lines.add(new Line(fields[0].strip(), fields[1].strip(), Long.parseLong(fields[2].strip())));
        }
        return lines;
    }

    /** Returns the orders that were charged more than once, in their order. */
    static List<Finding> findings(List<Line> lines) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO statement VALUES (?, ?, ?)")) {
                for (Line line : lines) {
                    insert.setString(1, line.charge());
                    insert.setString(2, line.order());
                    insert.setLong(3, line.cents());
                    insert.executeUpdate();
                }
            }
            List<Finding> findings = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(QUERY)) {
                while (rows.next()) {
                    findings.add(new Finding(rows.getString(1), rows.getLong(2), rows.getLong(3)));
                }
            }
            return findings;
        }
    }
}
