package io.kestra.workbook.messages;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;

/**
 * Whether a table has rows whose time has come, which the engine asks every second. This is one prepared statement on a
 * connection of its own: the engine's question, with its transaction, costs twenty times as much. One thread uses it.
 */
final class DueRows {
    private final String url;
    private final String sql;
    private PreparedStatement question;

    /**
     * @param url JDBC address of the database
     * @param table its name
     * @param condition of the rows, with the present time as its parameter
     */
    DueRows(String url, String table, String condition) {
        this.url = url;
        sql = "SELECT 1 FROM %s WHERE %s LIMIT 1".formatted(table, condition.replace("?", "CAST(? AS TIMESTAMP WITH TIME ZONE)"));
    }

    /** Whether there is one; also if the database does not say so: then the engine asks, and takes care of the problem. */
    boolean any(OffsetDateTime now) {
        try {
            if (question == null) {
                Connection connection = DriverManager.getConnection(url, "sa", "");
                question = connection.prepareStatement(sql);
            }
            question.setObject(1, now);
            try (ResultSet rows = question.executeQuery()) {
                return rows.next();
            }
        } catch (SQLException problem) {
            return true;
        }
    }
}
