package io.kestra.plugin.serdes.parquet;

/** How the pages of a file are compressed. */
public enum CompressionCodec {
    UNCOMPRESSED,
    SNAPPY,
    GZIP,
    ZSTD
}
