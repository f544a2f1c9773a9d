package io.kestra.workbook.jdbc;

import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.FileSerde;
import io.kestra.workbook.CancellableWork;
import io.kestra.workbook.TaskFailure;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Writes the rows of an ION file with one parameterized statement, chunk by chunk, each in a transaction.
 * {@code tasks/batches.py} has the same rules of retries for the databases that are written to in Python.
 */
public final class SqlBatch {
    private final RunContext runContext;
    private final Database database;
    private final Map<String, Object> properties;
    private final CancellableWork work;
    private final URI from;
    private long rows;
    private long updated;
    private long chunks;

    public SqlBatch(RunContext runContext, Database database, Map<String, Object> properties, CancellableWork work) {
        this.runContext = runContext;
        this.database = database;
        this.properties = properties;
        this.work = work;
        this.from = URI.create(properties.get("from").toString());
    }

    /** Writes all rows; returns the outputs. */
    public Map<String, Object> run() throws Exception {
        work.run(() -> SqlRun.refusalsExplained(this::writeWithRetries));
        runContext.metric(Counter.of("records", rows));
        runContext.metric(Counter.of("updated", updated));
        runContext.logger().info("Successfully executed {} bulk queries and updated {} rows", chunks, updated);
        return Map.of("rowCount", rows, "updatedCount", updated);
    }

    private Void writeWithRetries() throws Exception {
        checkSize();
        for (int attempt = 0;; attempt++) {
            try {
                write(Boolean.TRUE.equals(properties.get("resumeOnRetry")) ? rows : 0);
                return null;
            } catch (SQLException problem) {
                if (attempt >= (Integer) properties.get("maxRetries") || !isWorthARetry(problem) || work.isCancelled()) {
                    throw problem;
                }
                runContext.logger().warn("Trying again: {}", problem.getMessage());
                pause((Duration) properties.get("retryBackoff"));
            }
        }
    }

    private void pause(Duration pause) throws TaskFailure {
        work.onCancel(Thread.currentThread()::interrupt);
        try {
            Thread.sleep(pause);
        } catch (InterruptedException cancelled) {
            throw new TaskFailure("The task was cancelled.");
        }
    }

    /** The embedded storage is a local folder, so rows are read there whatever is asked for; the limit holds. */
    private void checkSize() throws Exception {
        long most = (Long) properties.get("localBufferMaxBytes");
        if (properties.get("inputHandling") == JdbcBatch.InputHandling.LOCAL
            && runContext.storage().getAttributes(from).getSize() > most) {
            throw new IllegalArgumentException(
                "Input file exceeds `localBufferMaxBytes` (" + most + " bytes) while using LOCAL input handling.");
        }
    }

    private boolean isWorthARetry(SQLException problem) {
        String state = problem.getSQLState();
        return properties.get("retryScope") == JdbcBatch.RetryScope.ALL
            && (problem instanceof SQLRecoverableException || problem instanceof SQLTransientException
                || state != null && state.startsWith("08"));
    }

    private void write(long written) throws Exception {
        int size = (Integer) properties.get("chunk");
        try (Connection connection = SqlRun.connect(runContext, database, properties)) {
            List<String> columns = columns(connection);
            String sql = statement(columns);
            runContext.logger().debug("Starting prepared statement: {}", sql);
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(sql);
                 InputStream input = new BufferedInputStream(runContext.storage().getFile(from), FileSerde.BUFFER_SIZE)) {
                work.onCancel(() -> cancel(statement));
                var chunk = new ArrayList<Object>(size);
                for (Object row : FileSerde.readAll(input).skip(written).toIterable()) {
                    chunk.add(row);
                    if (chunk.size() == size) {
                        flush(connection, statement, chunk, columns);
                    }
                }
                if (!chunk.isEmpty()) {
                    flush(connection, statement, chunk, columns);
                }
            }
        }
    }

    private static void cancel(PreparedStatement statement) {
        try {
            statement.cancel();
        } catch (SQLException ended) {
            // There is nothing to cancel.
        }
    }

    private void flush(Connection connection, PreparedStatement statement, List<Object> chunk, List<String> columns)
        throws SQLException, TaskFailure {
        if (work.isCancelled()) {
            throw new TaskFailure("The task was cancelled.");
        }
        int count = statement.getParameterMetaData().getParameterCount();
        for (Object row : chunk) {
            List<Object> cells = cells(row, columns);
            for (int index = 0; index < Math.max(count, cells.size()); index++) {
                bind(statement, index + 1, index < cells.size() ? cells.get(index) : null);
            }
            statement.addBatch();
        }
        updated += Arrays.stream(statement.executeBatch()).sum();
        connection.commit();
        rows += chunk.size();
        chunks++;
        chunk.clear();
    }

    private static void bind(PreparedStatement statement, int index, Object value) throws SQLException {
        switch (value) {
            case null -> statement.setNull(index, Types.NULL);
            // As an object, a driver may write a moment or a time without its fraction.
            case LocalTime time -> statement.setString(index, time.toString());
            case LocalDateTime moment -> statement.setTimestamp(index, Timestamp.valueOf(moment));
            case Instant moment ->
                statement.setTimestamp(index, Timestamp.valueOf(LocalDateTime.ofInstant(moment, ZoneOffset.UTC)));
            case Map<?, ?> map -> throw unusable(index, map);
            case Collection<?> list -> throw unusable(index, list);
            default -> statement.setObject(index, value);
        }
    }

    private static IllegalArgumentException unusable(int index, Object value) {
        return new IllegalArgumentException("The value %d of a row, %s, is no text, number, flag, moment or bytes"
            .formatted(index, value));
    }

    private static List<Object> cells(Object row, List<String> columns) {
        return switch (row) {
            case Map<?, ?> map when columns.isEmpty() -> new ArrayList<>(map.values());
            case Map<?, ?> map -> columns.stream().<Object>map(map::get).collect(ArrayList::new, List::add, List::addAll);
            case Collection<?> list -> new ArrayList<>(list);
            default -> throw new IllegalArgumentException("A row of the file is neither a map nor a list: " + row);
        };
    }

    /** The columns that the task names, or those of its table when no SQL says which there are. */
    private List<String> columns(Connection connection) throws SQLException {
        if (properties.get("columns") instanceof List<?> names && !names.isEmpty()) {
            return names.stream().map(Object::toString).toList();
        }
        var names = new ArrayList<String>();
        if (properties.get("table") instanceof String table && !properties.containsKey("sql")) {
            try (ResultSet found = connection.getMetaData().getColumns(connection.getCatalog(), null, table, null)) {
                while (found.next()) {
                    names.add(found.getString("COLUMN_NAME"));
                }
            }
        }
        return names;
    }

    private String statement(List<String> columns) {
        if (properties.get("sql") instanceof String sql) {
            return sql;
        }
        if (!(properties.get("table") instanceof String table) || columns.isEmpty()) {
            throw new IllegalArgumentException("Either `sql` or a `table` that has columns must be set.");
        }
        return "INSERT INTO %s (%s) VALUES (%s)".formatted(
            table, String.join(", ", columns), String.join(", ", Collections.nCopies(columns.size(), "?")));
    }
}
