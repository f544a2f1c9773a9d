package io.kestra.workbook;

import com.fasterxml.jackson.core.type.TypeReference;
import io.kestra.core.serializers.JacksonMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of a query result on their way from Python. They travel as JSON with a kind for each column and become Java
 * values of the classes that Kestra's own plug-ins use, so that the engine writes them to outputs and ION as usual.
 */
final class Rows {
    static final TypeReference<List<List<Object>>> TABLE = new TypeReference<>() {
    };
    private static final TypeReference<List<Column>> COLUMNS = new TypeReference<>() {
    };

    /** A column: its name, and the kind of its values. A list's kind ends in `[]`. */
    record Column(String name, String kind) {
        Object value(Object raw) {
            return convert(raw, kind);
        }
    }

    private Rows() {
    }

    static List<Column> columns(String json) throws IOException {
        return JacksonMapper.ofJson().readValue(json, COLUMNS);
    }

    static Map<String, Object> row(List<Column> columns, List<?> cells) {
        var row = new LinkedHashMap<String, Object>(cells.size() * 2);
        for (int index = 0; index < cells.size(); index++) {
            row.put(columns.get(index).name(), columns.get(index).value(cells.get(index)));
        }
        return row;
    }

    /** Replaces each {"@columns": [...], "@rows": [[...], ...]} in a body's outputs by rows, "@row" by one row. */
    static Object resolve(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(Rows::resolve).toList();
        }
        if (!(value instanceof Map<?, ?> map)) {
            return value;
        }
        if (map.containsKey("@columns")) {
            List<Column> columns = JacksonMapper.ofJson().convertValue(map.get("@columns"), COLUMNS);
            if (map.get("@row") instanceof List<?> cells) {
                return row(columns, cells);
            }
            return ((List<?>) map.get("@rows")).stream().map(cells -> row(columns, (List<?>) cells)).toList();
        }
        var resolved = new LinkedHashMap<String, Object>();
        map.forEach((key, item) -> resolved.put(key.toString(), resolve(item)));
        return resolved;
    }

    private static Object convert(Object raw, String kind) {
        if (raw == null) {
            return null;
        }
        if (kind.endsWith("[]") && raw instanceof List<?> list) {
            String item = kind.substring(0, kind.length() - 2);
            var values = new ArrayList<>(list.size());
            // An inner list is a further dimension of the same array.
            list.forEach(cell -> values.add(convert(cell, cell instanceof List ? kind : item)));
            return values;
        }
        try {
            return raw instanceof String text ? parse(text, kind) : raw;
        } catch (DateTimeException | NumberFormatException unlike) {
            return raw; // no Java class holds it
        }
    }

    private static Object parse(String text, String kind) {
        return switch (kind) {
            case "long" -> Long.valueOf(text);
            case "double" -> Double.valueOf(text);
            case "decimal" -> text.equals("NaN") ? (Object) Double.NaN : new BigDecimal(text);
            case "boolean" -> text.startsWith("t");
            case "date" -> LocalDate.parse(text);
            case "time" -> LocalTime.parse(text);
            case "instant" -> Instant.parse(text);
            case "bytes" -> HexFormat.of().parseHex(text);
            case "json" -> json(text);
            default -> text;
        };
    }

    private static Object json(String text) {
        try {
            return JacksonMapper.toObject(text);
        } catch (IOException unlike) {
            return text;
        }
    }
}
