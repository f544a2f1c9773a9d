package io.kestra.runner.h2;

import io.kestra.core.queues.QueueException;

/**
 * Emits a message whatever interrupts the thread.
 *
 * <p>A kill interrupts the thread of the task, perhaps while it waits for a connection to the database. The message has
 * not been written then; the engine takes the error for a fatal one and shuts down.
 */
final class Uninterrupted {
    private Uninterrupted() {
    }

    /** Emit; if an interrupt came between, emit again and set the interrupt when done. */
    static void run(H2Queue.Emission emission) throws QueueException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    emission.run();
                    return;
                } catch (RuntimeException error) {
                    if (!isInterrupt(error)) {
                        throw error;
                    }
                    interrupted = true;
                    Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isInterrupt(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException) {
                return true;
            }
        }
        return false;
    }
}
