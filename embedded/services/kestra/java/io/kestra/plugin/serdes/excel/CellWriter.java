package io.kestra.plugin.serdes.excel;

import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Collection;
import org.apache.poi.ss.usermodel.Cell;
import org.apache.poi.ss.usermodel.CellStyle;
import org.apache.poi.ss.usermodel.DateUtil;
import org.apache.poi.ss.usermodel.Row;
import org.apache.poi.ss.usermodel.Workbook;

/** Fills the cells of a row. */
final class CellWriter {
    private static final String FORMULA = "Formula:";

    private final CellStyle dates;
    private final ZoneId zone;

    /** Without a format, dates are shown as Excel's numbers. */
    CellWriter(Workbook workbook, String dateFormat, ZoneId zone) {
        this.zone = zone;
        if (dateFormat == null) {
            dates = null;
        } else {
            dates = workbook.createCellStyle();
            dates.setDataFormat(workbook.createDataFormat().getFormat(dateFormat));
        }
    }

    void write(Row row, Collection<?> values) {
        int column = 0;
        for (Object value : values) {
            write(row.createCell(column++), value);
        }
    }

    private void write(Cell cell, Object value) {
        switch (value) {
            case BigInteger large -> cell.setCellValue(large.toString());
            case Number number -> cell.setCellValue(number.doubleValue());
            case Boolean flag -> cell.setCellValue(flag);
            case LocalDate date -> writeDate(cell, DateUtil.getExcelDate(date));
            case LocalDateTime local -> writeDate(cell, DateUtil.getExcelDate(local));
            case Instant moment -> writeDate(cell, DateUtil.getExcelDate(LocalDate.ofInstant(moment, zone)));
            case String text when text.startsWith(FORMULA) -> cell.setCellFormula(text.substring(FORMULA.length()));
            case null, default -> cell.setCellValue(String.valueOf(value));
        }
    }

    private void writeDate(Cell cell, double number) {
        cell.setCellValue(number);
        if (dates != null) {
            cell.setCellStyle(dates);
        }
    }
}
