package io.kestra.plugin.serdes.excel;

import com.github.pjfanning.xlsx.StreamingReader;
import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.InterruptibleTask;
import io.kestra.workbook.Values;
import io.kestra.workbook.files.ToIon.RowSink;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.PositiveOrZero;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import lombok.Builder;
import lombok.Getter;
import lombok.RequiredArgsConstructor;
import org.apache.poi.ss.usermodel.Row;
import org.apache.poi.ss.usermodel.Sheet;
import org.apache.poi.ss.usermodel.Workbook;

/** Makes an ION file of each sheet of an Excel file (.xlsx). */
@Plugin
@Getter
public class ExcelToIon extends InterruptibleTask<ExcelToIon.Output> {
    @NotNull
    public Property<String> from;
    public Property<List<String>> sheetsTitle;
    public Property<String> charset = Property.ofValue("UTF-8");
    public Property<ValueRender> valueRender = Property.ofValue(ValueRender.UNFORMATTED_VALUE);
    public Property<DateTimeRender> dateTimeRender = Property.ofValue(DateTimeRender.UNFORMATTED_VALUE);
    public Property<Boolean> header = Property.ofValue(true);
    public Property<Boolean> skipEmptyRows = Property.ofValue(false);
    @PositiveOrZero
    public int skipRows;

    @Builder
    public ExcelToIon() {
    }

    @Override
    protected Output work(RunContext runContext, Values values) throws Exception {
        List<?> wanted = values.find("sheetsTitle", List.class).orElse(List.of());
        var cells = new Cells(values.get("valueRender", ValueRender.class), values.get("dateTimeRender", DateTimeRender.class));
        var uris = new LinkedHashMap<String, URI>();
        long size = 0;
        try (
            InputStream stream = runContext.storage().getFile(URI.create(values.text("from")));
            Workbook workbook = StreamingReader.builder().rowCacheSize(1).open(stream)
        ) {
            for (Sheet sheet : workbook) {
                if (wanted.isEmpty() || wanted.contains(sheet.getSheetName())) {
                    Path file = runContext.workingDir().createTempFile(".ion");
                    size += write(sheet, file, cells, values);
                    uris.put(sheet.getSheetName(), runContext.storage().putFile(file.toFile()));
                }
            }
            runContext.metric(Counter.of("sheets", workbook.getNumberOfSheets()));
        }
        return new Output(uris, size);
    }

    private long write(Sheet sheet, Path file, Cells cells, Values values) throws Exception {
        Iterator<Row> rows = sheet.rowIterator();
        for (int skipped = 0; skipped < skipRows && rows.hasNext(); skipped++) {
            rows.next();
        }
        boolean skipEmpty = values.flag("skipEmptyRows");
        try (var sink = new RowSink(file)) {
            Row first = rows.hasNext() ? rows.next() : null;
            if (first == null) {
                return 0;
            }
            int from = values.flag("header") ? Math.max(first.getFirstCellNum(), 0) : 0;
            int end = first.getLastCellNum();
            List<String> names = values.flag("header") ? names(cells.values(first, from, end), from) : null;
            if (names == null) {
                write(cells.values(first, from, end), null, skipEmpty, sink);
            }
            while (rows.hasNext()) {
                write(cells.values(rows.next(), from, end), names, skipEmpty, sink);
            }
            return sink.count();
        }
    }

    private static List<String> names(List<Object> header, int from) {
        var names = new ArrayList<String>();
        for (int index = 0; index < header.size(); index++) {
            Object name = header.get(index);
            names.add(name == null ? "Column" + (from + index) : name.toString());
        }
        return names;
    }

    private static void write(List<Object> cells, List<String> names, boolean skipEmpty, RowSink sink) throws Exception {
        if (skipEmpty && cells.stream().allMatch(Objects::isNull)) {
            return;
        }
        if (names == null || names.isEmpty()) {
            sink.write(cells);
            return;
        }
        Map<String, Object> row = new LinkedHashMap<>();
        for (int index = 0; index < names.size(); index++) {
            row.put(names.get(index), cells.get(index));
        }
        sink.write(row);
    }

    /** The files, by the titles of their sheets, and how many rows they have. */
    @Getter
    @RequiredArgsConstructor
    public static class Output implements io.kestra.core.models.tasks.Output {
        private final Map<String, URI> uris;
        private final long size;
    }
}
