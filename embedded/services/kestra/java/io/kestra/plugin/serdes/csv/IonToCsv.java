package io.kestra.plugin.serdes.csv;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import io.kestra.workbook.files.ConvertedFile;
import io.kestra.workbook.files.IonRows;
import io.kestra.workbook.files.TextFormats;
import io.kestra.workbook.files.TextWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Makes a CSV file of an ION file, with the names of the first row as its header. */
@Plugin(aliases = "io.kestra.plugin.serdes.csv.CsvWriter")
@Getter
public class IonToCsv extends TextWriter {
    public Property<Boolean> header = Property.ofValue(true);
    public Property<Character> fieldSeparator = Property.ofValue(',');
    public Property<Character> textDelimiter = Property.ofValue('"');
    public Property<String> lineDelimiter = Property.ofValue("\n");
    public Property<Boolean> alwaysDelimitText = Property.ofValue(false);
    public Property<QuoteMode> quoteMode;
    public Property<String> charset = Property.ofValue(StandardCharsets.UTF_8.name());

    @Builder
    public IonToCsv() {
    }

    @Override
    protected ConvertedFile work(RunContext runContext, Values values) throws Exception {
        Path file = runContext.workingDir().createTempFile(".csv");
        var formats = new TextFormats(this, runContext, values);
        long count = 0;
        try (
            var rows = new IonRows(open(runContext, values));
            CsvWriter lines = lines(file, values)
        ) {
            boolean header = values.flag("header");
            while (rows.hasNext()) {
                checkInterrupted();
                write(rows.next(), header, count == 0, lines, formats);
                count++;
            }
        }
        return store(runContext, file, count);
    }

    private static void write(Object row, boolean header, boolean first, CsvWriter lines, TextFormats formats) {
        if (row instanceof Map<?, ?> map) {
            if (header && first) {
                lines.writeRecord(texts(map.keySet(), formats));
            }
            lines.writeRecord(texts(map.values(), formats));
        } else if (row instanceof List<?> list) {
            if (header) {
                throw new IllegalArgumentException("Invalid data of type List with header");
            }
            lines.writeRecord(texts(list, formats));
        } else {
            throw new IllegalArgumentException("A row is neither a map nor a list: " + row);
        }
    }

    private static List<String> texts(Collection<?> cells, TextFormats formats) {
        return cells.stream().map(formats::text).toList();
    }

    private static CsvWriter lines(Path file, Values values) throws IOException, TaskFailure {
        var builder = CsvWriter.builder()
            .fieldSeparator(values.get("fieldSeparator", Character.class))
            .quoteCharacter(values.get("textDelimiter", Character.class))
            .lineDelimiter(LineDelimiter.of(values.text("lineDelimiter")));
        QuoteMode always = values.flag("alwaysDelimitText") ? QuoteMode.ALWAYS : QuoteMode.REQUIRED;
        builder.quoteStrategy(values.find("quoteMode", QuoteMode.class).orElse(always).strategy);
        return builder.build(writer(file, values));
    }
}
