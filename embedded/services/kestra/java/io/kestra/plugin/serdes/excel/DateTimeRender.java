package io.kestra.plugin.serdes.excel;

/** How a date of a cell is given. */
public enum DateTimeRender {
    /** Excel's number. */
    SERIAL_NUMBER,
    /** The text that Excel shows. */
    FORMATTED_STRING,
    /** A date as text. */
    UNFORMATTED_VALUE
}
