package io.kestra.workbook.avro;

import io.kestra.core.runners.RunContext;
import io.kestra.workbook.Values;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** Makes values of an Avro schema of a row's values. */
final class ToAvro {
    private static final String POSITION = "col(\\d+)";

    private final Schema schema;
    private final AvroTimes times;
    private final List<String> trueValues;
    private final List<String> falseValues;
    private final List<String> nullValues;
    private final String decimalSeparator;
    private final boolean strict;
    private final boolean inferAll;

    ToAvro(AvroTask task, Schema schema, RunContext runContext, Values values) throws Exception {
        this.schema = schema;
        this.times = new AvroTimes(
            runContext.render(task.dateFormat), runContext.render(task.timeFormat), runContext.render(task.datetimeFormat),
            ZoneId.of(values.text("timeZoneId")));
        this.trueValues = values.texts("trueValues");
        this.falseValues = values.texts("falseValues");
        this.nullValues = values.texts("nullValues");
        this.decimalSeparator = values.get("decimalSeparator", Character.class).toString();
        this.strict = values.flag("strictSchema");
        this.inferAll = values.flag("inferAllFields");
    }

    /** The record of a row: a map by names, or a list in the order of the fields. */
    GenericData.Record record(Object row) {
        if (row instanceof Map<?, ?> map) {
            return map.keySet().stream().allMatch(key -> key.toString().matches(POSITION))
                ? positional(positions(map), map.size())
                : named(schema, map);
        }
        if (row instanceof List<?> list) {
            List<Schema.Field> fields = schema.getFields();
            boolean whole = fields.size() == 1 && fields.getFirst().schema().getType() == Schema.Type.ARRAY;
            return whole ? named(schema, Map.of(fields.getFirst().name(), list)) : positional(list, list.size());
        }
        throw new IllegalArgumentException("A row is neither a map nor a list: " + row);
    }

    private List<Object> positions(Map<?, ?> map) {
        var cells = new ArrayList<Object>();
        for (int index = 0; index < schema.getFields().size(); index++) {
            cells.add(map.get("col" + index));
        }
        return cells;
    }

    private GenericData.Record positional(List<?> cells, int size) {
        checkCount(schema, size);
        var map = new LinkedHashMap<String, Object>();
        List<Schema.Field> fields = schema.getFields();
        for (int index = 0; index < fields.size(); index++) {
            map.put(fields.get(index).name(), index < cells.size() ? cells.get(index) : null);
        }
        return named(schema, map);
    }

    private void checkCount(Schema record, int size) {
        if (strict && record.getFields().size() < size) {
            throw new IllegalArgumentException("Data contains more fields than schema: expected "
                + record.getFields().size() + ", got " + size);
        }
    }

    private GenericData.Record named(Schema record, Map<?, ?> cells) {
        checkCount(record, cells.size());
        var made = new GenericData.Record(record);
        for (Schema.Field field : record.getFields()) {
            Object cell = cells.get(field.name());
            for (String alias : field.aliases()) {
                cell = cell == null ? cells.get(alias) : cell;
            }
            try {
                made.put(field.name(), value(field.schema(), cell));
            } catch (RuntimeException problem) {
                throw new IllegalArgumentException("Field '" + field.name() + "': " + problem.getMessage(), problem);
            }
        }
        return made;
    }

    private Object value(Schema wanted, Object data) {
        if (inferAll && data instanceof String text) {
            if (contains(nullValues, text)) {
                return null;
            }
            if (contains(trueValues, text) || contains(falseValues, text)) {
                return contains(trueValues, text);
            }
        }
        if (wanted.getLogicalType() != null) {
            return logical(wanted, data);
        }
        return switch (wanted.getType()) {
            case RECORD -> named(wanted, (Map<?, ?>) data);
            case ARRAY -> items(wanted.getElementType(), (Collection<?>) data);
            case MAP -> entries(wanted.getValueType(), (Map<?, ?>) data);
            case UNION -> union(wanted, data);
            case FIXED -> fixed(wanted, bytes(data));
            case ENUM -> symbol(wanted, String.valueOf(data));
            case NULL -> none(data);
            case STRING -> String.valueOf(data);
            case BYTES -> ByteBuffer.wrap(bytes(data));
            case BOOLEAN -> bool(data);
            case INT -> data instanceof String text ? Integer.valueOf(text) : (Object) (Integer) data;
            case LONG -> number(data).longValueExact();
            case FLOAT -> (float) decimal(data);
            case DOUBLE -> decimal(data);
        };
    }

    private Object logical(Schema wanted, Object data) {
        return switch (wanted.getLogicalType().getName()) {
            case "decimal" -> scaled((LogicalTypes.Decimal) wanted.getLogicalType(), data);
            case "uuid" -> data instanceof UUID id ? id : UUID.fromString((String) data);
            case "date" -> times.date(data);
            case "time-millis", "time-micros" -> times.time(data);
            case "timestamp-millis" -> times.moment(data, 1_000_000);
            case "timestamp-micros" -> times.moment(data, 1_000);
            case "local-timestamp-millis" -> times.local(data, 1_000_000);
            case "local-timestamp-micros" -> times.local(data, 1_000);
            default -> throw new IllegalArgumentException("Invalid schema " + wanted);
        };
    }

    private BigDecimal scaled(LogicalTypes.Decimal wanted, Object data) {
        BigDecimal value = switch (data) {
            case String text -> new BigDecimal(point(text));
            case Integer number -> new BigDecimal(number);
            case Long number -> new BigDecimal(number);
            case BigInteger number -> new BigDecimal(number);
            case Double number -> new BigDecimal(number, new MathContext(wanted.getPrecision()));
            default -> (BigDecimal) data;
        };
        return value.setScale(wanted.getScale(), RoundingMode.HALF_EVEN);
    }

    private String point(String number) {
        int index = number.indexOf(decimalSeparator);
        return index < 0 ? number : number.substring(0, index) + "." + number.substring(index + 1);
    }

    private List<Object> items(Schema wanted, Collection<?> data) {
        var items = new ArrayList<Object>();
        data.forEach(item -> items.add(value(wanted, item)));
        return items;
    }

    private Map<String, Object> entries(Schema wanted, Map<?, ?> data) {
        var entries = new LinkedHashMap<String, Object>();
        data.forEach((key, item) -> entries.put(String.valueOf(key), value(wanted, item)));
        return entries;
    }

    /** The first of the types that takes the value. */
    private Object union(Schema wanted, Object data) {
        for (Schema type : wanted.getTypes()) {
            try {
                return value(type, data);
            } catch (RuntimeException unlike) {
                continue;
            }
        }
        throw new IllegalArgumentException("Invalid data for " + wanted + ": " + data);
    }

    private static GenericData.Fixed fixed(Schema wanted, byte[] data) {
        if (data.length != wanted.getFixedSize()) {
            throw new IllegalArgumentException(
                "Invalid length for fixed size, found " + data.length + ", expected " + wanted.getFixedSize());
        }
        return new GenericData.Fixed(wanted, data);
    }

    private static GenericData.EnumSymbol symbol(Schema wanted, String data) {
        if (!wanted.getEnumSymbols().contains(data)) {
            throw new IllegalArgumentException(
                "Invalid enum value, found " + data + ", expected " + wanted.getEnumSymbols());
        }
        return new GenericData.EnumSymbol(wanted, data);
    }

    private Object none(Object data) {
        if (data == null || data instanceof String text && contains(nullValues, text)) {
            return null;
        }
        throw new IllegalArgumentException("Unknown type for null values, found " + data.getClass().getName());
    }

    private static byte[] bytes(Object data) {
        return data instanceof byte[] raw ? raw : String.valueOf(data).getBytes(StandardCharsets.UTF_8);
    }

    private Boolean bool(Object data) {
        return switch (data) {
            case String text when contains(trueValues, text) -> true;
            case String text when contains(falseValues, text) -> false;
            case Integer number when number == 1 || number == 0 -> number == 1;
            default -> (Boolean) data;
        };
    }

    private static BigInteger number(Object data) {
        return switch (data) {
            case String text -> new BigInteger(text);
            case BigInteger large -> large;
            case Integer small -> BigInteger.valueOf(small);
            default -> BigInteger.valueOf((Long) data);
        };
    }

    private double decimal(Object data) {
        return switch (data) {
            case String text -> Double.parseDouble(point(text));
            case Integer small -> small;
            default -> (Double) data;
        };
    }

    private static boolean contains(List<String> texts, String text) {
        return texts.stream().anyMatch(text::equalsIgnoreCase);
    }
}
