package io.kestra.plugin.gcp.gcs;

/** How often a bucket's objects are expected to be read. */
public enum StorageClass {
    REGIONAL, MULTI_REGIONAL, NEARLINE, COLDLINE, STANDARD, ARCHIVE, DURABLE_REDUCED_AVAILABILITY
}
