package io.kestra.runner.h2;

/** Wakes all who wait for it. */
final class Bell {
    private long rings;
    private boolean closed;

    synchronized void ring() {
        rings++;
        notifyAll();
    }

    /** From now on nobody waits. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** How often it has rung. */
    synchronized long rings() {
        return rings;
    }

    /** Wait until it has rung more often than `heard`, or for `millis`. An interrupt ends the wait and stays set. */
    synchronized void await(long heard, long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            for (long left = millis; left > 0 && rings == heard && !closed; left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}
