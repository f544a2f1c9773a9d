package io.kestra.plugin.serdes.parquet;

/** The version of the format. */
public enum Version {
    V1,
    V2
}
