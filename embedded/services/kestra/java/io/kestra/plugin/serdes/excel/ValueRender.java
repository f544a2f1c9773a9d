package io.kestra.plugin.serdes.excel;

/** What of a cell is taken. */
public enum ValueRender {
    /** The text that Excel shows. */
    FORMATTED_VALUE,
    UNFORMATTED_VALUE,
    /** The stored result of a formula. */
    FORMULA
}
