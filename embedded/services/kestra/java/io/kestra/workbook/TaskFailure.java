package io.kestra.workbook;

/** A task failed, and its message is the whole reason: the execution's log shows no stack trace. */
public final class TaskFailure extends Exception {
    public TaskFailure(String message) {
        super(message, null, false, false);
    }
}
