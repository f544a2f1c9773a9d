package io.kestra.plugin.serdes.csv;

/** What is done about columns without a name. */
public enum OnEmptyHeader {
    /** Those at the end are left out. */
    DROP,
    /** Each gets a name of its number. */
    RENAME
}
