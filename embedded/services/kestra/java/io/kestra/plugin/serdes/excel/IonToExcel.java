package io.kestra.plugin.serdes.excel;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.validations.DateFormat;
import io.kestra.workbook.InterruptibleTask;
import io.kestra.workbook.Values;
import io.kestra.workbook.files.ConvertedFile;
import io.kestra.workbook.files.IonRows;
import jakarta.validation.constraints.NotNull;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;
import org.apache.poi.xssf.streaming.SXSSFSheet;
import org.apache.poi.xssf.streaming.SXSSFWorkbook;

/** Makes an Excel file of an ION file, or of several: one sheet each. */
@Plugin
@Getter
public class IonToExcel extends InterruptibleTask<ConvertedFile> {
    @NotNull
    public Object from;
    public Property<String> charset = Property.ofValue("UTF-8");
    public Property<String> sheetsTitle = Property.ofValue("Sheet");
    public Property<Boolean> header = Property.ofValue(true);
    public Property<Boolean> styles = Property.ofValue(true);
    @DateFormat
    public String dateFormat = "yyyy-MM-dd";
    @DateFormat
    public String timeFormat = "HH:mm:ss[XXX]";
    @DateFormat
    public String dateTimeFormat = "yyyy-MM-dd'T'HH:mm:ss.SSS[XXX]";
    public Property<String> timeZoneId = Property.ofValue(ZoneId.systemDefault().toString());

    @Builder
    public IonToExcel() {
    }

    @Override
    protected ConvertedFile work(RunContext runContext, Values values) throws Exception {
        Map<?, ?> sheets = switch (values.get("from", Object.class)) {
            case Map<?, ?> several -> several;
            case String one -> Map.of(values.text("sheetsTitle"), one);
            default -> throw new IllegalArgumentException("Invalid variable: 'from'");
        };
        Path file = runContext.workingDir().createTempFile(".xlsx");
        long count = 0;
        try (var workbook = new SXSSFWorkbook(1)) {
            var cells = new CellWriter(
                workbook, values.flag("styles") ? runContext.render(dateFormat) : null, ZoneId.of(values.text("timeZoneId")));
            for (Map.Entry<?, ?> sheet : sheets.entrySet()) {
                URI address = URI.create(sheet.getValue().toString());
                try (var rows = new IonRows(runContext.storage().getFile(address))) {
                    count += write(workbook.createSheet(sheet.getKey().toString()), rows, cells, values.flag("header"));
                }
            }
            try (OutputStream output = Files.newOutputStream(file)) {
                workbook.write(output);
            }
        }
        runContext.metric(Counter.of("records", count));
        return new ConvertedFile(runContext.storage().putFile(file.toFile()), count);
    }

    private static long write(SXSSFSheet sheet, IonRows rows, CellWriter cells, boolean header) throws Exception {
        long count = 0;
        int line = 0;
        for (; rows.hasNext(); count++) {
            checkInterrupted();
            Object row = rows.next();
            if (row instanceof Map<?, ?> map) {
                if (header && count == 0) {
                    cells.write(sheet.createRow(line++), map.keySet());
                }
                cells.write(sheet.createRow(line++), map.values());
            } else if (row instanceof List<?> list && !header) {
                cells.write(sheet.createRow(line++), list);
            } else {
                throw new IllegalArgumentException("Invalid data of type List with header");
            }
        }
        return count;
    }
}
