package io.kestra.workbook.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something with an open database's store again and again, in a thread of its own. */
abstract class StoreThread {
    private static final Logger LOG = LoggerFactory.getLogger(StoreThread.class);
    private static final long STOP_MILLIS = 5_000;

    private final Connection connection;
    private final MVStore store;
    private final long pauseMillis;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /**
     * A thread that has not begun.
     *
     * @param name of the thread
     * @param url JDBC address of the database; a connection to it stays open until the end
     * @param pauseMillis between the end of one time and the next
     */
    StoreThread(String name, String url, long pauseMillis) throws SQLException {
        this.pauseMillis = pauseMillis;
        connection = DriverManager.getConnection(url, "sa", "");
        store = ((SessionLocal) connection.unwrap(JdbcConnection.class).getSession()).getDatabase().getStore().getMvStore();
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    /** What is done each time. */
    abstract void work();

    final MVStore store() {
        return store;
    }

    final void begin() {
        thread.start();
    }

    /** End it, and wait until it does nothing any more. Call it before the database is closed. */
    public void stop() throws InterruptedException {
        stopped.countDown(); // an interrupt could hit H2 while it writes
        thread.join(STOP_MILLIS);
    }

    private void run() {
        try (connection) {
            while (!stopped.await(pauseMillis, TimeUnit.MILLISECONDS) && !store.isClosed()) {
                work();
            }
        } catch (MVStoreException | SQLException | InterruptedException problem) {
            if (stopped.getCount() > 0) {
                LOG.error("The thread {} has ended", thread.getName(), problem);
            }
        }
    }
}
