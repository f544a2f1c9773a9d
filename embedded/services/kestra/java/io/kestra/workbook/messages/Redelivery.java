package io.kestra.workbook.messages;

/** Has a transaction rolled back, after which the same messages are delivered again. */
final class Redelivery extends RuntimeException {
    Redelivery() {
        super("The messages are delivered again", null, false, false);
    }

    static boolean isIn(Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof Redelivery) {
                return true;
            }
        }
        return false;
    }
}
