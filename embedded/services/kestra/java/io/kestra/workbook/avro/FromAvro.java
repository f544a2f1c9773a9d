package io.kestra.workbook.avro;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;

/** Makes plain values of Avro's, whose logical types are Java's already (`AvroModel`). */
public final class FromAvro {
    private FromAvro() {
    }

    /** The row of a record: a map, or the list that was wrapped because a file holds only records. */
    public static Object row(IndexedRecord entry) {
        List<Schema.Field> fields = entry.getSchema().getFields();
        boolean wrapped = entry.getSchema().getName().equals("root") && fields.size() == 1
            && fields.getFirst().name().equals("value") && fields.getFirst().schema().getType() == Schema.Type.ARRAY;
        return wrapped ? value(entry.get(0)) : map(entry);
    }

    private static Map<String, Object> map(IndexedRecord entry) {
        var row = new LinkedHashMap<String, Object>();
        for (Schema.Field field : entry.getSchema().getFields()) {
            row.put(field.name(), value(entry.get(field.pos())));
        }
        return row;
    }

    private static Object value(Object data) {
        return switch (data) {
            case null -> null;
            case IndexedRecord entry -> map(entry);
            case Map<?, ?> entries -> values(entries);
            case Collection<?> items -> values(items);
            case GenericFixed fixed -> fixed.bytes();
            case ByteBuffer buffer -> bytes(buffer);
            case CharSequence text -> text.toString();
            case GenericEnumSymbol<?> symbol -> symbol.toString();
            default -> data;
        };
    }

    private static Map<String, Object> values(Map<?, ?> entries) {
        var values = new LinkedHashMap<String, Object>();
        entries.forEach((key, item) -> values.put(key.toString(), value(item)));
        return values;
    }

    private static List<Object> values(Collection<?> items) {
        var values = new ArrayList<Object>(items.size());
        items.forEach(item -> values.add(value(item)));
        return values;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
