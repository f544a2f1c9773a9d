package io.kestra.workbook.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.kestra.core.serializers.JacksonMapper;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.UUID;

/** Cells whose class says all, whatever the database. */
public final class Cells {
    private Cells() {
    }

    /** The value of a cell; one of a class that flows cannot use is refused. */
    public static Object plain(Object cell, ResultSet rows, int column, ZoneId zone) throws SQLException {
        return switch (cell) {
            case null -> null;
            case String text -> text;
            case Boolean flag -> flag;
            case Integer number -> number;
            case Short number -> number;
            case Long number -> number;
            case Float number -> number;
            case Double number -> number;
            case BigDecimal number -> number;
            case byte[] bytes -> bytes;
            case LocalDate day -> day;
            case LocalTime time -> time;
            case BigInteger number -> number.toString();
            case UUID id -> id.toString();
            case java.sql.Date day -> day.toLocalDate();
            case Time time -> time.toLocalTime();
            case Timestamp moment -> moment.toInstant().atZone(zone);
            default -> throw new IllegalArgumentException(
                "Data of type '%s' for column '%s' is not supported, the column type is '%s'".formatted(
                    cell.getClass(), rows.getMetaData().getColumnLabel(column), rows.getMetaData().getColumnTypeName(column)));
        };
    }

    /** A JSON object; no other JSON value can be a cell. */
    public static Object jsonObject(String text, String type) {
        try {
            return JacksonMapper.toMap(text);
        } catch (JsonProcessingException other) {
            throw new IllegalArgumentException("Invalid data type [%s] with value [%s]".formatted(type, text));
        }
    }
}
