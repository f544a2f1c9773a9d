package io.kestra.plugin.gcp.bigquery;

/** How a file to load is written. */
public enum Format {
    CSV, JSON, AVRO, PARQUET, ORC
}
