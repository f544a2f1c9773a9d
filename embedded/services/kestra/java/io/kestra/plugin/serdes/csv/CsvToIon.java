package io.kestra.plugin.serdes.csv;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import io.kestra.workbook.files.OnBadLines;
import io.kestra.workbook.files.ToIon;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import lombok.Builder;
import lombok.Getter;
import org.apache.commons.io.ByteOrderMark;
import org.apache.commons.io.input.BOMInputStream;
import org.slf4j.Logger;

/** Makes an ION file of a CSV file: a map for each line by the names of the header, or a list without a header. */
@Plugin(aliases = "io.kestra.plugin.serdes.csv.CsvReader")
@Getter
public class CsvToIon extends ToIon {
    private static final int LARGEST = 16 << 20;
    private static final String NULL = "\\N";

    public Property<Boolean> header = Property.ofValue(true);
    public Property<Character> fieldSeparator = Property.ofValue(',');
    public Property<Character> textDelimiter = Property.ofValue('"');
    public Property<Boolean> skipEmptyRows = Property.ofValue(false);
    public Property<Boolean> errorOnDifferentFieldCount;
    public Property<OnBadLines> onBadLines = Property.ofValue(OnBadLines.ERROR);
    public Property<OnEmptyHeader> onEmptyHeader = Property.ofValue(OnEmptyHeader.DROP);
    public Property<Integer> skipRows = Property.ofValue(0);
    public Property<String> charset = Property.ofValue(StandardCharsets.UTF_8.name());
    public Property<Integer> maxBufferSize = Property.ofValue(LARGEST);
    public Property<Boolean> allowExtraCharsAfterClosingQuote = Property.ofValue(false);
    public Property<Integer> maxFieldSize = Property.ofValue(LARGEST);

    @Builder
    public CsvToIon() {
    }

    @Override
    protected void read(InputStream stream, RowSink rows, RunContext runContext, Values values) throws Exception {
        Logger logger = runContext.logger();
        var onBad = values.get("onBadLines", OnBadLines.class);
        var onOtherCount = values.find("errorOnDifferentFieldCount", Boolean.class).orElse(false) ? OnBadLines.ERROR : onBad;
        try (CsvReader<CsvRecord> lines = reader(stream, values)) {
            Iterator<CsvRecord> line = lines.iterator();
            boolean named = values.flag("header");
            Header names = named && line.hasNext()
                ? Header.of(line.next().getFields(), values.get("onEmptyHeader", OnEmptyHeader.class), logger)
                : null;
            for (int skipped = 0; skipped < values.number("skipRows") && line.hasNext(); skipped++) {
                line.next();
            }
            while (line.hasNext()) {
                write(line.next().getFields(), names, rows, onOtherCount, logger);
            }
        } catch (CsvParseException problem) {
            onBad.handle(problem, logger); // what follows cannot be divided into lines
        }
    }

    private static void write(List<String> fields, Header names, RowSink rows, OnBadLines onOtherCount, Logger logger)
        throws Exception {
        if (names == null) {
            var row = new ArrayList<Object>(fields.size());
            fields.forEach(field -> row.add(value(field)));
            rows.write(row);
        } else if (fields.size() == names.columns()) {
            rows.write(names.row(fields));
        } else {
            onOtherCount.handle(new IllegalArgumentException("Bad line encountered (field count mismatch): Expected "
                + names.columns() + ", got " + fields.size() + " fields."), logger);
        }
    }

    static Object value(String field) {
        return field.equals(NULL) ? null : field;
    }

    private static CsvReader<CsvRecord> reader(InputStream stream, Values values) throws IOException, TaskFailure {
        return CsvReader.builder()
            .fieldSeparator(values.get("fieldSeparator", Character.class))
            .quoteCharacter(values.get("textDelimiter", Character.class))
            .skipEmptyLines(values.flag("skipEmptyRows"))
            .allowMissingFields(true) // what is missing is told by the rules of this task
            .allowExtraFields(true)
            .allowExtraCharsAfterClosingQuote(values.flag("allowExtraCharsAfterClosingQuote"))
            .maxBufferSize(values.number("maxBufferSize"))
            .build(
                CsvRecordHandler.builder().maxFieldSize(values.number("maxFieldSize")).build(),
                text(stream, Charset.forName(values.text("charset"))));
    }

    private static Reader text(InputStream stream, Charset charset) throws IOException {
        InputStream marked = charset.equals(StandardCharsets.UTF_8)
            ? BOMInputStream.builder().setInputStream(stream).setByteOrderMarks(ByteOrderMark.UTF_8).get()
            : stream;
        return new InputStreamReader(marked, charset);
    }
}
