package io.kestra.workbook.files;

import org.slf4j.Logger;

/** What is done about a record that does not fit. */
public enum OnBadLines {
    ERROR,
    WARN,
    SKIP;

    /** Raises the problem, or tells of it, or is silent. */
    public <E extends Exception> void handle(E problem, Logger logger) throws E {
        if (this == ERROR) {
            throw problem;
        }
        if (this == WARN) {
            logger.warn("{}", problem.getMessage());
        }
    }
}
