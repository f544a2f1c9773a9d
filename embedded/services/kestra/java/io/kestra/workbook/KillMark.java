package io.kestra.workbook;

/** The engine tells a task to end first, and marks it as killed just after. */
final class KillMark {
    private static final long PATIENCE_MILLIS = 5000;

    private KillMark() {
    }

    /** Wait for the mark, which comes with an interrupt: a task that ends before it would count as failed. */
    static void await() throws InterruptedException {
        Thread.sleep(PATIENCE_MILLIS);
    }
}
