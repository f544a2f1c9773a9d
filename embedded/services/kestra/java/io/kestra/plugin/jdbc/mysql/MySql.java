package io.kestra.plugin.jdbc.mysql;

import io.kestra.core.models.tasks.common.FetchType;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Cells;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.LazyDriver;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** MySQL, by its own driver. */
final class MySql implements Database {
    private static final LazyDriver DRIVER =
        new LazyDriver("io.kestra.plugin.jdbc.mysql.Driver", "com.mysql.cj.jdbc.Driver");

    private final boolean several;

    /** @param several whether a text may hold several statements. */
    MySql(boolean several) {
        this.several = several;
    }

    @Override
    public String scheme() {
        return "jdbc:mysql";
    }

    /** Of the engine's files, LOAD DATA LOCAL reads those in the task's folder only. */
    @Override
    public Connection connect(String url, Properties login, RunContext runContext) throws Exception {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("allowLoadLocalInfile", "false");
        settings.put("allowLoadLocalInfileInPath", runContext.workingDir().path().toString());
        settings.put("useCursorFetch", "true");
        if (several) {
            settings.put("allowMultiQueries", "true");
        }
        return DRIVER.connect(with(url, settings), login, runContext);
    }

    /** The address with these parameters in the place of its own. */
    private static String with(String url, Map<String, String> settings) {
        String names = String.join("|", settings.keySet());
        String address = url.replaceAll("(?i)(?<=[?&])(" + names + ")=[^&]*&?", "");
        String added = settings.entrySet().stream()
            .map(setting -> setting.getKey() + "=" + URLEncoder.encode(setting.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
        return address + (address.contains("?") ? (address.matches(".*[?&]") ? "" : "&") : "?") + added;
    }

    /** Rows for a file are read one by one, for which the driver has this number. */
    @Override
    public void fetch(Statement statement, FetchType fetch, int size) throws SQLException {
        statement.setFetchSize(fetch == FetchType.STORE ? Integer.MIN_VALUE : size);
    }

    @Override
    public Object cell(ResultSet rows, int column, ZoneId zone) throws SQLException {
        Object cell = rows.getObject(column);
        if (cell == null) {
            return null;
        }
        return switch (rows.getMetaData().getColumnTypeName(column).toLowerCase(Locale.ROOT)) {
            case "time" -> rows.getObject(column, LocalTime.class);
            case "datetime" -> rows.getTimestamp(column).toLocalDateTime();
            case "timestamp" -> rows.getObject(column, LocalDateTime.class).toInstant(ZoneOffset.UTC);
            default -> Cells.plain(cell, rows, column, zone);
        };
    }
}
