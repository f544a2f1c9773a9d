package io.kestra.plugin.gcp.gcs;

/** Whether a listing goes into directories. */
public enum ListingType {
    RECURSIVE, DIRECTORY
}
