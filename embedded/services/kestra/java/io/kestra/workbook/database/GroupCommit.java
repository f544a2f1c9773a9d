package io.kestra.workbook.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what the engine's transactions have changed into the database's file together: ten times a second, and before
 * anybody outside of the engine is told of it ({@link #flush}).
 *
 * <p>H2 would write each transaction by itself; an execution of one task has some forty. What is written is the whole database at one
 * moment. So {@code kill -9} takes the engine back to such a moment, at most {@link #PAUSE_MILLIS} ago, and from there it
 * goes on as it did before.
 *
 * <p>H2 can hold writes back as well (WRITE_DELAY). It does so in threads of its own, which also compact the file; here
 * only one thread writes at a time, and {@link Compaction} compacts.
 */
public final class GroupCommit {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final long PAUSE_MILLIS = 100;
    private static final long STOP_MILLIS = 5_000;
    /** H2 writes neither at the end of a transaction nor in a thread of its own. */
    private static final int NEVER = -1;
    /** H2 writes at the end of each transaction. */
    private static final int ALWAYS = 0;

    /** That of the engine in this process; null: H2 writes each transaction by itself. */
    private static volatile GroupCommit current;

    private final Connection connection;
    private final MVStore store;
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().daemon().name("group-commit").unstarted(this::run);

    private GroupCommit(Connection connection) throws SQLException {
        this.connection = connection;
        store = storeOf(connection);
    }

    /** The store of an open database. */
    static MVStore storeOf(Connection connection) throws SQLException {
        var session = (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
        return session.getDatabase().getStore().getMvStore();
    }

    /** Begin with the open database at a JDBC address. */
    public static GroupCommit start(String url) throws SQLException {
        var commits = new GroupCommit(DriverManager.getConnection(url, "sa", ""));
        commits.store.setAutoCommitDelay(NEVER);
        current = commits;
        commits.thread.start();
        return commits;
    }

    /** End it: from now on each transaction is written by itself. Call it before the database is closed. */
    public void stop() throws InterruptedException {
        current = null;
        stopped.countDown(); // an interrupt could hit H2 while it writes
        thread.join(STOP_MILLIS);
        if (!store.isClosed()) {
            store.setAutoCommitDelay(ALWAYS);
            write();
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
            commits.write();
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

    private void write() {
        // What they wait for was committed before, so it is among what is written next.
        List<Runnable> due = new ArrayList<>();
        for (Runnable action = waiting.poll(); action != null; action = waiting.poll()) {
            due.add(action);
        }
        store.commit();
        due.forEach(Runnable::run);
    }

    private void run() {
        try (connection) {
            while (!stopped.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS) && !store.isClosed()) {
                write();
            }
        } catch (MVStoreException | SQLException | InterruptedException problem) {
            if (stopped.getCount() > 0) {
                LOG.error("The database's file cannot be written", problem);
            }
        }
    }
}
