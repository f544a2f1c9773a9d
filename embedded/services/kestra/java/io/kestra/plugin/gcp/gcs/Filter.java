package io.kestra.plugin.gcp.gcs;

/** Which names count: those that end in a slash are directories. */
public enum Filter {
    FILES, DIRECTORY, BOTH
}
