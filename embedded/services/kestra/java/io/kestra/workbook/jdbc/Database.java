package io.kestra.workbook.jdbc;

import io.kestra.core.models.tasks.common.FetchType;
import io.kestra.core.runners.RunContext;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.Map;
import java.util.Properties;

/** What differs between the databases that are reached through their JDBC drivers. */
public interface Database {
    /** What an address of this database begins with. */
    String scheme();

    /** Connects; the login holds what the driver is to know beside the address. */
    Connection connect(String url, Properties login, RunContext runContext) throws Exception;

    /** Adds to the login what the task's properties say beyond user and password. */
    default void login(Properties login, Map<String, Object> properties, RunContext runContext) throws Exception {
    }

    /** Makes a new connection ready for the task's statements. */
    default void prepare(Connection connection, Map<String, Object> properties, RunContext runContext) throws Exception {
    }

    /** Tells the driver how to fetch what a statement finds; otherwise a driver's own way serves but for large results. */
    default void fetch(Statement statement, FetchType fetch, int size) throws SQLException {
        if (fetch == FetchType.STORE) {
            statement.setFetchSize(size);
        }
    }

    /** The rows' cell of a column, as the flow and ION files get it. */
    Object cell(ResultSet rows, int column, ZoneId zone) throws SQLException;

    /** Whether what the statement asks for is there without running it. */
    default boolean isDone(Connection connection, String sql) throws SQLException {
        return false;
    }
}
