package io.kestra.plugin.jdbc.postgresql;

import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Cells;
import io.kestra.workbook.jdbc.Database;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.jdbc.PgArray;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;

/** PostgreSQL, by its own driver. */
final class Postgres implements Database {
    /** The server ends a statement whose client is gone: after a crash of the engine, the task runs again. */
    private static final String NOTICE_LOST_CLIENTS = "SET client_connection_check_interval = '2s'";
    private static final Map<String, String> CERTIFICATES = Map.of(
        "sslRootCert", "sslrootcert", "sslCert", "sslcert", "sslKey", "sslkey");

    @Override
    public String scheme() {
        return "jdbc:postgresql";
    }

    @Override
    public Connection connect(String url, Properties login, RunContext runContext) throws SQLException {
        return new Driver().connect(url, login);
    }

    @Override
    public void login(Properties login, Map<String, Object> properties, RunContext runContext) throws Exception {
        if (Boolean.TRUE.equals(properties.get("ssl"))) {
            login.setProperty("ssl", "true");
        }
        if (properties.get("sslMode") instanceof SslMode mode) {
            login.setProperty("sslmode", mode.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        for (var certificate : CERTIFICATES.entrySet()) {
            if (properties.get(certificate.getKey()) instanceof String text) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                login.setProperty(certificate.getValue(), runContext.workingDir().createTempFile(bytes, ".pem").toString());
            }
        }
        if (properties.get("sslKeyPassword") instanceof String secret) {
            login.setProperty("sslpassword", secret);
        }
    }

    @Override
    public void prepare(Connection connection, Map<String, Object> properties, RunContext runContext) {
        try (var statement = connection.createStatement()) {
            statement.execute(NOTICE_LOST_CLIENTS);
        } catch (SQLException unknown) {
            // An older server, or one on a platform that cannot.
        }
    }

    @Override
    public Object cell(ResultSet rows, int column, ZoneId zone) throws SQLException {
        Object cell = rows.getObject(column);
        if (cell == null) {
            return null;
        }
        return switch (rows.getMetaData().getColumnTypeName(column).toLowerCase(Locale.ROOT)) {
            case "timetz" -> rows.getTimestamp(column).toInstant().atZone(zone).toLocalTime();
            case "timestamp" -> rows.getTimestamp(column).toLocalDateTime();
            case "timestamptz" -> rows.getTimestamp(column).toInstant().atZone(zone);
            default -> switch (cell) {
                case PGInterval span -> interval(span);
                case PgArray array -> array.getArray();
                case Map<?, ?> pairs -> pairs; // hstore
                case PGobject object when object.getClass() == PGobject.class -> object(object);
                default -> Cells.plain(cell, rows, column, zone);
            };
        };
    }

    /** Each unit by itself, in the form of ISO 8601, and whole seconds. */
    private static String interval(PGInterval span) {
        return "P%dY%dM%dDT%dH%dM%dS".formatted(
            span.getYears(), span.getMonths(), span.getDays(), span.getHours(), span.getMinutes(), (int) span.getSeconds());
    }

    private static Object object(PGobject object) {
        return switch (object.getType().toLowerCase(Locale.ROOT)) {
            case "tsvector" -> object.getValue();
            case "json", "jsonb" -> Cells.jsonObject(object.getValue(), object.getType());
            case "void" -> null;
            default -> throw new IllegalArgumentException("PGobject of type [" + object.getType() + "] is not supported");
        };
    }
}
