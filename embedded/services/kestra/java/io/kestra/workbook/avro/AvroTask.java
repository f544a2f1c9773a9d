package io.kestra.workbook.avro;

import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.validations.DateFormat;
import io.kestra.workbook.Values;
import io.kestra.workbook.files.ConversionTask;
import io.kestra.workbook.files.ConvertedFile;
import io.kestra.workbook.files.IonRows;
import io.kestra.workbook.files.OnBadLines;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import lombok.Getter;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.avro.generic.GenericData;

/** A task that makes records of an Avro schema of the rows of an ION file. */
@Getter
public abstract class AvroTask extends ConversionTask {
    private static final String NULLS = "|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|1.#IND|1.#QNAN|NA|n/a|nan|null";

    @AvroSchema
    public String schema;
    public Property<Integer> numberOfRowsToScan = Property.ofValue(100);
    public Property<List<String>> trueValues = Property.ofValue(List.of("t", "true", "enabled", "1", "on", "yes"));
    public Property<List<String>> falseValues = Property.ofValue(List.of("f", "false", "disabled", "0", "off", "no", ""));
    public Property<List<String>> nullValues = Property.ofValue(List.of(NULLS.split("\\|")));
    @DateFormat
    public String dateFormat = "yyyy-MM-dd[XXX]";
    @DateFormat
    public String timeFormat = "HH:mm[:ss][.SSSSSS][XXX]";
    @DateFormat
    public String datetimeFormat = "yyyy-MM-dd'T'HH:mm[:ss][.SSSSSS][XXX]";
    public Property<Character> decimalSeparator = Property.ofValue('.');
    public Property<Boolean> strictSchema = Property.ofValue(false);
    public Property<Boolean> inferAllFields = Property.ofValue(false);
    public Property<String> timeZoneId = Property.ofValue(ZoneId.systemDefault().toString());
    public Property<OnBadLines> onBadLines = Property.ofValue(OnBadLines.ERROR);

    /** Starts the file. */
    protected abstract RecordSink create(Path file, Schema schema, Values values) throws Exception;

    protected abstract String extension();

    @Override
    protected ConvertedFile work(RunContext runContext, Values values) throws Exception {
        Schema wanted = schema == null ? inferred(runContext, values) : parsed(runContext.render(schema));
        var converter = new ToAvro(this, wanted, runContext, values);
        var onBad = values.get("onBadLines", OnBadLines.class);
        Path file = runContext.workingDir().createTempFile(extension());
        long count = 0;
        try (
            var rows = new IonRows(open(runContext, values));
            RecordSink records = create(file, wanted, values)
        ) {
            for (; rows.hasNext(); count++) {
                checkInterrupted();
                Object row = rows.next();
                try {
                    records.write(converter.record(row));
                } catch (IOException | RuntimeException problem) {
                    onBad.handle(new BadRecord(row, problem), runContext.logger());
                }
            }
        }
        return store(runContext, file, count);
    }

    private Schema inferred(RunContext runContext, Values values) throws Exception {
        int most = values.flag("inferAllFields") ? Integer.MAX_VALUE : values.number("numberOfRowsToScan");
        try (var rows = new IonRows(open(runContext, values))) {
            return new InferredSchema().of(rows, most);
        }
    }

    private static Schema parsed(String text) {
        try {
            return new Schema.Parser().parse(text);
        } catch (SchemaParseException problem) {
            throw new IllegalArgumentException("Invalid Avro schema: " + problem.getMessage());
        }
    }

    /** Takes the records of a file. */
    protected interface RecordSink extends Closeable {
        void write(GenericData.Record entry) throws IOException;
    }

    private static final class BadRecord extends Exception {
        private static final int MOST = 250;

        BadRecord(Object row, Exception problem) {
            super(message(row, problem), problem);
        }

        private static String message(Object row, Exception problem) {
            String text = String.valueOf(row);
            return problem.getMessage() + " in the row " + (text.length() > MOST ? text.substring(0, MOST) + " ..." : text);
        }
    }
}
