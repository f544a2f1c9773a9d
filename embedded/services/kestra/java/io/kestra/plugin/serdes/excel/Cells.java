package io.kestra.plugin.serdes.excel;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.apache.poi.ss.usermodel.Cell;
import org.apache.poi.ss.usermodel.CellType;
import org.apache.poi.ss.usermodel.DataFormatter;
import org.apache.poi.ss.usermodel.DateUtil;
import org.apache.poi.ss.usermodel.Row;

/** Takes the values of cells. */
final class Cells {
    private final DataFormatter formatter = new DataFormatter();
    private final ValueRender render;
    private final DateTimeRender dates;

    Cells(ValueRender render, DateTimeRender dates) {
        this.render = render;
        this.dates = dates;
    }

    /** The values from one column up to another one; null where there is nothing. */
    List<Object> values(Row row, int first, int end) {
        var values = new ArrayList<Object>();
        for (int column = first; column < end; column++) {
            Cell cell = row.getCell(column, Row.MissingCellPolicy.RETURN_BLANK_AS_NULL);
            values.add(cell == null ? null : value(cell));
        }
        return values;
    }

    private Object value(Cell cell) {
        if (render == ValueRender.FORMATTED_VALUE) {
            boolean date = type(cell) == CellType.NUMERIC && DateUtil.isCellDateFormatted(cell);
            return date ? date(cell) : formatter.formatCellValue(cell);
        }
        return switch (type(cell)) {
            case STRING -> cell.getStringCellValue();
            case BOOLEAN -> cell.getBooleanCellValue();
            case NUMERIC -> DateUtil.isCellDateFormatted(cell) ? date(cell) : (Object) cell.getNumericCellValue();
            default -> null;
        };
    }

    private static CellType type(Cell cell) {
        return cell.getCellType() == CellType.FORMULA ? cell.getCachedFormulaResultType() : cell.getCellType();
    }

    private Object date(Cell cell) {
        return switch (dates) {
            case SERIAL_NUMBER -> cell.getNumericCellValue();
            case FORMATTED_STRING -> formatter.formatCellValue(cell);
            case UNFORMATTED_VALUE -> render == ValueRender.FORMATTED_VALUE
                ? cell.getDateCellValue()
                : cell.getDateCellValue().toInstant().atZone(ZoneId.systemDefault()).toLocalDate().toString();
        };
    }
}
