package io.kestra.plugin.jdbc.duckdb;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.workbook.jdbc.Cells;
import io.kestra.workbook.jdbc.Database;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Struct;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBDriver;

/** DuckDB, in this process, by its own driver. */
final class DuckDb implements Database {
    static final String SCHEME = "jdbc:duckdb";
    private static final Pattern INSTALL = Pattern.compile("(?i)\\s*INSTALL\\s+['\"]?(\\w+)['\"]?\\s*;?\\s*");
    private static final Pattern EXTENSION = Pattern.compile("[A-Za-z0-9_]+");

    private final Path folder;

    /** @param folder where files are looked for that have no folder in their name. */
    DuckDb(Path folder) {
        this.folder = folder;
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public Connection connect(String url, Properties login, RunContext runContext) throws SQLException {
        // Extensions come from a server on the web: without network, a try to fetch one only costs time.
        login.setProperty("autoinstall_known_extensions", "false");
        return new DuckDBDriver().connect(url, login);
    }

    @Override
    public void prepare(Connection connection, Map<String, Object> properties, RunContext runContext) throws SQLException {
        set(connection, "file_search_path", folder.toString());
        set(connection, "temp_directory", folder.resolve(".duckdb").toString());
        for (Object name : properties.get("communityExtensions") instanceof List<?> names ? names : List.of()) {
            load(connection, name.toString(), runContext);
        }
    }

    private static void set(Connection connection, String name, String value) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SET %s = '%s'".formatted(name, value.replace("'", "''")));
        }
    }

    /** Loads an extension if it is available; a missing one only warns. */
    private static void load(Connection connection, String name, RunContext runContext) {
        if (!EXTENSION.matcher(name).matches()) {
            runContext.logger().warn("The DuckDB extension '{}' is passed over: its name holds unsupported characters.", name);
            return;
        }
        try (var statement = connection.createStatement()) {
            statement.execute("INSTALL " + name + " FROM community");
            statement.execute("LOAD " + name);
        } catch (SQLException missing) {
            runContext.logger().warn(
                "The DuckDB extension '{}' could not be loaded, the task goes on without it: {}", name, missing.getMessage());
        }
    }

    /** An extension that is part of the library needs no installation, which would ask for it on the web. */
    @Override
    public boolean isDone(Connection connection, String sql) throws SQLException {
        Matcher install = INSTALL.matcher(sql);
        if (!install.matches()) {
            return false;
        }
        try (var query = connection.prepareStatement("SELECT 1 FROM duckdb_extensions() WHERE loaded AND ? = extension_name")) {
            query.setString(1, install.group(1).toLowerCase(Locale.ROOT));
            try (ResultSet found = query.executeQuery()) {
                return found.next();
            }
        }
    }

    @Override
    public Object cell(ResultSet rows, int column, ZoneId zone) throws SQLException {
        Object cell = rows.getObject(column);
        String type = rows.getMetaData().getColumnTypeName(column);
        return switch (cell) {
            case null -> null;
            case OffsetDateTime moment -> moment.withOffsetSameInstant(ZoneOffset.UTC);
            case Byte number -> number.intValue();
            case Array array -> array(array);
            case Struct struct -> struct(rows.getString(column));
            default -> switch (type) {
                case "TIMESTAMP" -> rows.getTimestamp(column).toLocalDateTime().atZone(zone);
                case "JSON" -> Cells.jsonObject(rows.getString(column), type);
                default -> Cells.plain(cell, rows, column, zone);
            };
        };
    }

    private static Object array(Array array) throws SQLException {
        if (!(array.getArray() instanceof Object[] items)) {
            return array.getArray();
        }
        var values = new Object[items.length];
        for (int index = 0; index < items.length; index++) {
            values[index] = switch (items[index]) {
                case Array inner -> array(inner);
                case Struct struct -> struct(struct.toString());
                case null, default -> items[index];
            };
        }
        return values;
    }

    /** A struct is its text, unless that happens to be a JSON object, with either kind of quotes. */
    private static Object struct(String text) {
        for (String written : List.of(text, text.replace('\'', '"'))) {
            try {
                return JacksonMapper.toMap(written);
            } catch (JsonProcessingException other) {
                // The next way of writing, or the text.
            }
        }
        return text;
    }
}
