package io.kestra.plugin.aws.s3;

/** Which keys count: those that end in a slash are directories. */
public enum Filter {
    FILES, DIRECTORY, BOTH
}
