package io.kestra.workbook.jdbc;

import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.models.tasks.common.FetchType;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.FileSerde;
import io.kestra.workbook.CancellableWork;
import io.kestra.workbook.TaskFailure;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/** A run of SQL statements by the rendered properties of a task or trigger. */
public final class SqlRun {
    private static final String SEVERAL =
        " only a single SQL statement. Use the Queries task to run multiple statements.";
    private static final Pattern READING = Pattern.compile("(?is)\\s*(SELECT|VALUES|TABLE|WITH)\\b.*");
    private static final long CANCEL_EVERY_MILLIS = 250;

    private final RunContext runContext;
    private final Database database;
    private final Map<String, Object> properties;
    private final CancellableWork work;
    private final FetchType fetch;
    private final ZoneId zone;

    SqlRun(RunContext runContext, Database database, Map<String, Object> properties, CancellableWork work) {
        this.runContext = runContext;
        this.database = database;
        this.properties = properties;
        this.work = work;
        this.fetch = fetchType(properties);
        this.zone = properties.get("timeZoneId") instanceof String id ? ZoneId.of(id) : ZoneId.systemDefault();
    }

    /** One statement; with `afterSQL`, both in one transaction. */
    public SqlResult query() throws Exception {
        return work.run(() -> refusalsExplained(this::runOne));
    }

    /** Several statements, in one transaction unless `transaction` is false. */
    public SqlResults queries() throws Exception {
        return work.run(() -> refusalsExplained(this::runAll));
    }

    private SqlResult runOne() throws Exception {
        String sql = text("sql");
        String after = text("afterSQL");
        SqlText.requireOne(sql, "Query task support" + SEVERAL);
        SqlText.requireOne(after, "Query task afterSQL supports" + SEVERAL);
        try (Connection connection = connect()) {
            // Without a transaction, a driver may hold all rows in memory before it hands out the first.
            boolean streams = fetch == FetchType.STORE && READING.matcher(sql).matches();
            boolean transacts = begin(connection, !after.isBlank() || streams);
            SqlResult result = execute(connection, sql, properties.containsKey("parameters"), 0L);
            if (!after.isBlank()) {
                execute(connection, after, properties.containsKey("parameters"), 0L);
            }
            if (transacts) {
                connection.commit();
            }
            count(result == null ? List.of() : List.of(result));
            return result == null ? SqlResult.builder().build() : result;
        }
    }

    private SqlResults runAll() throws Exception {
        List<String> statements = SqlText.split(text("sql"));
        var results = new ArrayList<SqlResult>();
        try (Connection connection = connect()) {
            boolean transacts = begin(connection, Boolean.TRUE.equals(properties.get("transaction")));
            for (int number = 1; number <= statements.size(); number++) {
                try {
                    SqlResult result = execute(connection, statements.get(number - 1), true, 1L);
                    if (result != null) {
                        results.add(result);
                    }
                } catch (SQLException | IllegalArgumentException problem) {
                    String position = statements.size() == 1 ? "" : "In statement %d of %d: ".formatted(number, statements.size());
                    throw new TaskFailure(position + message(problem));
                }
            }
            if (transacts) {
                connection.commit();
            }
        }
        count(results);
        return SqlResults.builder().outputs(results).build();
    }

    /** Begins a transaction, if one is wanted and the database has them. */
    private static boolean begin(Connection connection, boolean wanted) throws SQLException {
        if (!connection.getMetaData().supportsTransactions()) {
            return false;
        }
        connection.setAutoCommit(!wanted);
        return wanted;
    }

    /** Runs a statement; returns what it found, or null if it has no rows to find. */
    private SqlResult execute(Connection connection, String sql, boolean prepared, long sizeOfNone) throws Exception {
        stopIfCancelled();
        runContext.logger().debug("Starting query: {}", sql);
        if (database.isDone(connection, sql)) {
            return null;
        }
        try (Statement statement = prepared ? prepare(connection, sql) : connection.createStatement();
             var interrupts = new Interrupts(statement)) {
            if (properties.get("fetchSize") instanceof Integer size) {
                database.fetch(statement, fetch, size);
            }
            boolean found = prepared ? ((PreparedStatement) statement).execute() : statement.execute(sql);
            if (!found) {
                return null;
            }
            try (ResultSet rows = statement.getResultSet()) {
                return read(rows, sizeOfNone);
            }
        }
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        Map<?, ?> parameters = properties.get("parameters") instanceof Map<?, ?> named ? named : Map.of();
        if (parameters.isEmpty()) {
            return connection.prepareStatement(sql);
        }
        var bound = SqlText.bind(sql);
        PreparedStatement statement = connection.prepareStatement(bound.sql());
        try {
            for (int index = 0; index < bound.names().size(); index++) {
                statement.setObject(index + 1, parameters.get(bound.names().get(index)));
            }
        } catch (SQLException | RuntimeException problem) {
            statement.close();
            throw problem;
        }
        return statement;
    }

    private SqlResult read(ResultSet rows, long sizeOfNone) throws SQLException, IOException {
        return switch (fetch) {
            case FETCH -> {
                var all = new ArrayList<Map<String, Object>>();
                String[] labels = labels(rows);
                while (rows.next()) {
                    all.add(row(rows, labels));
                }
                yield SqlResult.builder().rows(all).size((long) all.size()).build();
            }
            case FETCH_ONE -> rows.next()
                ? SqlResult.builder().row(row(rows, labels(rows))).size(1L).build()
                : SqlResult.builder().size(sizeOfNone).build();
            case STORE -> store(rows);
            case NONE -> SqlResult.builder().build();
        };
    }

    private SqlResult store(ResultSet rows) throws SQLException, IOException {
        Path file = runContext.workingDir().createTempFile(".ion");
        long size = 0;
        try (var stream = new BufferedOutputStream(Files.newOutputStream(file), FileSerde.BUFFER_SIZE)) {
            String[] labels = labels(rows);
            for (; rows.next(); size++) {
                FileSerde.write(stream, row(rows, labels));
            }
        }
        return SqlResult.builder().uri(runContext.storage().putFile(file.toFile())).size(size).build();
    }

    private static String[] labels(ResultSet rows) throws SQLException {
        var labels = new String[rows.getMetaData().getColumnCount()];
        for (int index = 0; index < labels.length; index++) {
            labels[index] = rows.getMetaData().getColumnLabel(index + 1);
        }
        return labels;
    }

    private Map<String, Object> row(ResultSet rows, String[] labels) throws SQLException {
        var row = new LinkedHashMap<String, Object>(labels.length * 2);
        for (int index = 0; index < labels.length; index++) {
            row.put(labels[index], database.cell(rows, index + 1, zone));
        }
        return row;
    }

    private Connection connect() throws Exception {
        return connect(runContext, database, properties);
    }

    /** A new connection by the rendered properties of a task or trigger. */
    static Connection connect(RunContext runContext, Database database, Map<String, Object> properties) throws Exception {
        String url = text(properties, "url");
        if (url.isBlank()) {
            throw new TaskFailure("Rendered value of `url` is blank.");
        }
        if (!url.startsWith(database.scheme())) {
            throw new TaskFailure("URL scheme is invalid. URL should start with `" + database.scheme() + "`");
        }
        var login = new Properties();
        Map.of("user", text(properties, "username"), "password", text(properties, "password")).forEach((name, value) -> {
            if (!value.isEmpty()) {
                login.setProperty(name, value);
            }
        });
        database.login(login, properties, runContext);
        Connection connection = database.connect(url, login, runContext);
        try {
            database.prepare(connection, properties, runContext);
        } catch (Exception problem) {
            connection.close();
            throw problem;
        }
        return connection;
    }

    private void count(List<SqlResult> results) {
        long size = results.stream().mapToLong(result -> result.getSize() == null ? 0 : result.getSize()).sum();
        boolean fetches = fetch == FetchType.FETCH || fetch == FetchType.FETCH_ONE;
        runContext.metric(Counter.of("fetch.size", size,
            "fetch", Boolean.toString(fetches), "store", Boolean.toString(fetch == FetchType.STORE)));
    }

    private String text(String name) {
        return text(properties, name);
    }

    private static String text(Map<String, Object> properties, String name) {
        return properties.get(name) instanceof String text ? text : "";
    }

    private void stopIfCancelled() throws TaskFailure {
        if (work.isCancelled()) {
            throw new TaskFailure("The task was cancelled.");
        }
    }

    /** The older boolean properties win over `fetchType`, `fetch` over the others. */
    private static FetchType fetchType(Map<String, Object> properties) {
        if (Boolean.TRUE.equals(properties.get("fetch"))) {
            return FetchType.FETCH;
        }
        if (Boolean.TRUE.equals(properties.get("fetchOne"))) {
            return FetchType.FETCH_ONE;
        }
        return Boolean.TRUE.equals(properties.get("store")) ? FetchType.STORE : (FetchType) properties.get("fetchType");
    }

    interface Steps<T> {
        T run() throws Exception;
    }

    /** A database's refusal is the user's to read: its message, without the driver's stack. */
    static <T> T refusalsExplained(Steps<T> steps) throws Exception {
        try {
            return steps.run();
        } catch (SQLException | IllegalArgumentException problem) {
            throw new TaskFailure(message(problem));
        }
    }

    /** What the driver says, and the first cause if it says something else: a driver may tell only that it tried. */
    private static String message(Exception problem) {
        Throwable cause = problem;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(problem.getMessage());
        String reason = cause.getMessage();
        return reason == null || message.contains(reason) ? message : message + "\n  " + reason;
    }

    /** While it is open, a cancelled task has the statement cancelled again and again: once might be too soon. */
    private final class Interrupts implements AutoCloseable {
        private volatile boolean closed;

        Interrupts(Statement statement) {
            work.onCancel(() -> Thread.ofPlatform().daemon().name("cancel-statement").start(() -> {
                while (!closed) {
                    try {
                        statement.cancel();
                        Thread.sleep(CANCEL_EVERY_MILLIS);
                    } catch (SQLException unheard) {
                        // The statement may not have begun, or may just have ended.
                    } catch (InterruptedException stop) {
                        return;
                    }
                }
            }));
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
