package io.kestra.plugin.gcp.gcs;

/** What becomes of the objects in the bucket after they were downloaded. */
public enum Action {
    MOVE, DELETE, NONE
}
