package io.kestra.plugin.jdbc.sqlite;

import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Cells;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.LazyDriver;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.Calendar;
import java.util.Locale;
import java.util.Properties;
import java.util.TimeZone;

/** SQLite, in this process, by its own driver. */
final class Sqlite implements Database {
    static final String SCHEME = "jdbc:sqlite";
    private static final LazyDriver DRIVER = new LazyDriver("io.kestra.plugin.jdbc.sqlite.Driver", "org.sqlite.JDBC");
    /** A day, or a day and a time with an offset, a zone, or neither. */
    private static final DateTimeFormatter MOMENT = new DateTimeFormatterBuilder()
        .append(DateTimeFormatter.ISO_LOCAL_DATE)
        .appendPattern("['T'][' ']")
        .appendOptional(DateTimeFormatter.ISO_LOCAL_TIME)
        .appendPattern("[XXX]['['VV']']")
        .toFormatter();

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public Connection connect(String url, Properties login, RunContext runContext) throws Exception {
        return DRIVER.connect(url, login, runContext);
    }

    /** SQLite has no types of dates and times: what a column's declared type promises, its text must hold. */
    @Override
    public Object cell(ResultSet rows, int column, ZoneId zone) throws SQLException {
        Object cell = rows.getObject(column);
        if (cell == null) {
            return null;
        }
        try {
            return switch (rows.getMetaData().getColumnTypeName(column).toLowerCase(Locale.ROOT)) {
                case "date" -> LocalDate.parse(rows.getString(column));
                case "time" -> LocalTime.parse(rows.getString(column));
                case "datetime", "timestamp" -> cell instanceof String text
                    ? moment(text, zone)
                    : rows.getTimestamp(column, Calendar.getInstance(TimeZone.getTimeZone(zone))).toInstant();
                default -> Cells.plain(cell, rows, column, zone);
            };
        } catch (DateTimeParseException problem) {
            throw new IllegalArgumentException(
                "Column '%s': %s".formatted(rows.getMetaData().getColumnLabel(column), problem.getMessage()));
        }
    }

    private static Instant moment(String text, ZoneId zone) {
        TemporalAccessor moment = MOMENT.parseBest(text, ZonedDateTime::from, LocalDateTime::from, LocalDate::from);
        return switch (moment) {
            case ZonedDateTime known -> known.toInstant();
            case LocalDateTime local -> local.atZone(zone).toInstant();
            default -> LocalDate.from(moment).atStartOfDay(zone).toInstant();
        };
    }
}
