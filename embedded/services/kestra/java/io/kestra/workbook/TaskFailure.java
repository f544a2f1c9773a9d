package io.kestra.workbook;

/** A task failed for a reason that its message tells in full: no stack trace in the execution's log. */
public final class TaskFailure extends Exception {
    public TaskFailure(String message) {
        super(message, null, false, false);
    }
}
