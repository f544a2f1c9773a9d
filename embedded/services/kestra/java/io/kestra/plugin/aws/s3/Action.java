package io.kestra.plugin.aws.s3;

/** What becomes of an object that was downloaded. */
public enum Action {
    MOVE, DELETE, NONE
}
