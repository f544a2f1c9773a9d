package io.kestra.workbook.avro;

import io.kestra.workbook.InterruptibleTask;
import io.kestra.workbook.files.IonRows;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** The Avro schema of rows, found by looking at some of them: a field has all types that were seen, in their order. */
final class InferredSchema {
    private static final String NAMESPACE = "io.kestra.plugin.serdes.avro";
    private static final String ROOT = "root";

    private final Set<String> names = new HashSet<>();

    /** The schema of at most so many rows. */
    Schema of(IonRows rows, int most) throws Exception {
        if (most < 1) {
            throw new IllegalArgumentException("Number of rows to scan must be greater than 0");
        }
        var seen = new Seen();
        for (int count = 0; count < most && rows.hasNext(); count++) {
            InterruptibleTask.checkInterrupted();
            seen.add(rows.next());
        }
        if (seen.fields != null) {
            return record(ROOT, ROOT, seen.fields);
        }
        if (seen.items != null) {
            var value = new Schema.Field("value", Schema.createArray(items(ROOT, ROOT, seen)));
            return Schema.createRecord(ROOT, null, NAMESPACE, false, List.of(value));
        }
        throw new IllegalStateException(
            "Cannot infer Avro schema from ION input: the file appears to be empty or contains no valid records.");
    }

    private Schema record(String path, String name, Map<String, Seen> fields) {
        String unique = names.add(name) ? name : path; // two records of one name would be one
        names.add(unique);
        var made = new ArrayList<Schema.Field>();
        fields.forEach((field, seen) -> {
            Schema type = type(path + "_" + field, field, seen);
            boolean optional = type.isUnion() && type.getTypes().getFirst().getType() == Schema.Type.NULL;
            made.add(optional
                ? new Schema.Field(field, type, null, Schema.Field.NULL_DEFAULT_VALUE)
                : new Schema.Field(field, type));
        });
        return Schema.createRecord(unique, null, NAMESPACE, false, made);
    }

    private Schema items(String path, String name, Seen seen) {
        return seen.items.isEmpty()
            ? Schema.create(Schema.Type.STRING)
            : type(path + "_items", name + "_items", seen.items);
    }

    /** A union with null; null alone where nothing else was seen. */
    private Schema type(String path, String name, Seen seen) {
        var types = new ArrayList<Schema>();
        types.add(Schema.create(Schema.Type.NULL));
        types.addAll(seen.simple);
        if (seen.fields != null) {
            types.add(record(path, name, seen.fields));
        }
        if (seen.items != null) {
            types.add(Schema.createArray(items(path, name, seen)));
        }
        return types.size() == 1 ? types.getFirst() : Schema.createUnion(types);
    }

    /** What was seen at one place. */
    private static final class Seen {
        private final Set<Schema> simple = new LinkedHashSet<>();
        private Map<String, Seen> fields;
        private Seen items;

        boolean isEmpty() {
            return simple.isEmpty() && fields == null && items == null;
        }

        void add(Object value) {
            switch (value) {
                case null -> {
                }
                case Map<?, ?> map -> {
                    fields = fields == null ? new LinkedHashMap<>() : fields;
                    map.forEach((key, cell) -> fields.computeIfAbsent(key.toString(), name -> new Seen()).add(cell));
                }
                case Collection<?> list -> {
                    items = items == null ? new Seen() : items;
                    list.forEach(items::add);
                }
                default -> simple.add(simple(value));
            }
        }

        private static Schema simple(Object value) {
            return switch (value) {
                case byte[] bytes -> Schema.create(Schema.Type.BYTES);
                case String text -> Schema.create(Schema.Type.STRING);
                case BigDecimal number -> Schema.create(Schema.Type.STRING); // precision and scale are not known
                case Integer number -> Schema.create(Schema.Type.INT);
                case Long number -> Schema.create(Schema.Type.LONG);
                case Float number -> Schema.create(Schema.Type.FLOAT);
                case Double number -> Schema.create(Schema.Type.DOUBLE);
                case Boolean flag -> Schema.create(Schema.Type.BOOLEAN);
                case LocalDate date -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
                case LocalTime time -> time();
                case OffsetTime time -> time();
                case Instant moment -> moment();
                case LocalDateTime moment -> moment();
                case OffsetDateTime moment -> moment();
                case ZonedDateTime moment -> moment();
                default -> throw new IllegalArgumentException("Unhandled value: " + value);
            };
        }

        private static Schema time() {
            return LogicalTypes.timeMillis().addToSchema(Schema.create(Schema.Type.INT));
        }

        private static Schema moment() {
            return LogicalTypes.localTimestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
        }
    }
}
