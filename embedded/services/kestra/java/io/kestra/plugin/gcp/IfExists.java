package io.kestra.plugin.gcp;

/** What is done when the thing to create is there already. */
public enum IfExists {
    ERROR, UPDATE, SKIP
}
