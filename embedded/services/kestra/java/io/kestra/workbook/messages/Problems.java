package io.kestra.workbook.messages;

import io.micronaut.transaction.exceptions.CannotCreateTransactionException;
import io.micronaut.transaction.exceptions.TransactionException;
import java.nio.channels.ClosedByInterruptException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

/** What an exception of the engine tells. */
final class Problems {
    private static final int TEXT_LIMIT = 1000;
    private static final String LOCK_TIMEOUT = "HYT00";
    private static final String DEADLOCK = "40001";

    private Problems() {
    }

    /** Whether the engine stops, or is out of memory: no message is to blame. */
    static boolean isOfEngine(Throwable problem) {
        return causes(problem).stream().anyMatch(cause -> cause instanceof OutOfMemoryError
            || cause instanceof InterruptedException
            || cause instanceof ClosedByInterruptException
            || cause instanceof RejectedExecutionException
            || cause instanceof CannotCreateTransactionException);
    }

    /** Whether another attempt may succeed: two transactions were in each other's way. */
    static boolean isTransient(Throwable problem) {
        return causes(problem).stream().anyMatch(cause -> cause instanceof TransactionException
            || cause instanceof SQLException sql
                && (LOCK_TIMEOUT.equals(sql.getSQLState()) || DEADLOCK.equals(sql.getSQLState())));
    }

    /** What went wrong, in one line: of the causes the first that is no wrapper, and the one at the root. */
    static String text(Throwable problem) {
        List<Throwable> causes = causes(problem);
        Throwable first = causes.stream().filter(cause -> !(cause instanceof CompletionException)).findFirst().orElse(problem);
        Throwable root = causes.getLast();
        String text = line(first) + (root == first ? "" : "; " + line(root));
        return text.length() > TEXT_LIMIT ? text.substring(0, TEXT_LIMIT) + "..." : text;
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String line(Throwable cause) {
        String message = cause.getMessage() == null ? "" : cause.getMessage().strip().split("\n", 2)[0];
        return cause.getClass().getSimpleName() + (message.isEmpty() ? "" : ": " + message);
    }

    private static List<Throwable> causes(Throwable problem) {
        var causes = new ArrayList<Throwable>();
        for (Throwable cause = problem; cause != null && !causes.contains(cause); cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }
}
