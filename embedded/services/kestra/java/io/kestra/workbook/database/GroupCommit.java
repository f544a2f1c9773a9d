package io.kestra.workbook.database;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.h2.mvstore.MVStoreException;

/**
 * Writes what the engine's transactions have changed into the database's file together: ten times a second, and before
 * anybody outside of the engine is told of it ({@link #flush}).
 *
 * <p>H2 would write each transaction by itself; an execution of one task has some forty. What is written is the whole
 * database at one moment. So {@code kill -9} takes the engine back to such a moment, at most {@link #PAUSE_MILLIS} ago,
 * and from there it goes on as it did before.
 *
 * <p>H2 can hold writes back as well (WRITE_DELAY). It does so in threads of its own, which also compact the file; here
 * only one thread writes at a time, and {@link Compaction} compacts.
 */
public final class GroupCommit extends StoreThread {
    private static final long PAUSE_MILLIS = 100;
    /** H2 writes neither at the end of a transaction nor in a thread of its own. */
    private static final int NEVER = -1;
    /** H2 writes at the end of each transaction. */
    private static final int ALWAYS = 0;

    /** That of the engine in this process; null: H2 writes each transaction by itself. */
    private static volatile GroupCommit current;

    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    private GroupCommit(String url) throws SQLException {
        super("group-commit", url, PAUSE_MILLIS);
    }

    /** Begin with the open database at a JDBC address. */
    public static GroupCommit start(String url) throws SQLException {
        var commits = new GroupCommit(url);
        commits.store().setAutoCommitDelay(NEVER);
        current = commits;
        commits.begin();
        return commits;
    }

    /** End it: from now on each transaction is written by itself. Call it before the database is closed. */
    @Override
    public void stop() throws InterruptedException {
        current = null;
        super.stop();
        if (!store().isClosed()) {
            store().setAutoCommitDelay(ALWAYS);
            work();
        }
    }

    /**
     * Write all that has been committed.
     *
     * @throws MVStoreException it cannot be written; the database is closed.
     */
    public static void flush() {
        GroupCommit commits = current;
        if (commits != null) {
            commits.work();
        }
    }

    /** Do something once all that has been committed so far is written. */
    public static void whenWritten(Runnable action) {
        GroupCommit commits = current;
        if (commits == null) {
            action.run();
        } else {
            commits.waiting.add(action);
        }
    }

    @Override
    void work() {
        // What they wait for was committed before, so it is among what is written next.
        List<Runnable> due = new ArrayList<>();
        for (Runnable action = waiting.poll(); action != null; action = waiting.poll()) {
            due.add(action);
        }
        store().commit();
        due.forEach(Runnable::run);
    }
}
