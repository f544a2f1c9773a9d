package io.kestra.plugin.jdbc.clickhouse;

import com.clickhouse.jdbc.ClickHouseDriver;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Cells;
import io.kestra.workbook.jdbc.Database;
import java.net.InetAddress;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Properties;

/** ClickHouse, by its own driver. */
final class ClickHouse implements Database {
    @Override
    public String scheme() {
        return "jdbc:clickhouse";
    }

    @Override
    public Connection connect(String url, Properties login, RunContext runContext) throws SQLException {
        return new ClickHouseDriver().connect(url, login);
    }

    @Override
    public Object cell(ResultSet rows, int column, ZoneId zone) throws SQLException {
        Object cell = rows.getObject(column);
        if (cell == null) {
            return null;
        }
        String type = rows.getMetaData().getColumnTypeName(column);
        return switch (type.replaceFirst("\\(.*", "")) {
            case "Array" -> cell instanceof Array array ? array(array, type) : cell;
            case "DateTime", "DateTime64" -> type.equals("DateTime")
                ? rows.getTimestamp(column).toLocalDateTime()
                : rows.getObject(column, ZonedDateTime.class);
            case "Date" -> rows.getObject(column, java.time.LocalDate.class);
            case "Tuple" -> cell instanceof Object[] items ? Arrays.asList(items) : cell;
            case "IPv4", "IPv6" -> ((InetAddress) cell).getHostAddress();
            case "Int8", "UInt8", "UInt16" -> ((Number) cell).intValue();
            case "UInt64" -> ((Number) cell).longValue();
            case "Float32" -> rows.getFloat(column);
            case "Float64" -> rows.getDouble(column);
            default -> type.equals("Nullable(Int8)") && cell instanceof Number number
                ? (Object) number.intValue()
                : Cells.plain(cell, rows, column, zone);
        };
    }

    /** The items; of Int8, each as a number and not together as bytes. */
    private static Object array(Array array, String type) throws SQLException {
        Object items = array.getArray();
        return type.equals("Array(Int8)") && items instanceof Object[] numbers
            ? Arrays.stream(numbers).map(number -> ((Number) number).byteValue()).toArray(Byte[]::new)
            : items;
    }
}
