package io.kestra.workbook.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes sparse parts of an open database's file anew, so that their space can be used again. H2 does so in a thread of
 * its own, but only where commits are held back.
 */
public final class Compaction {
    private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);
    private static final long PAUSE_MILLIS = 500;
    /** What is written anew at most at a time: other threads cannot commit meanwhile. */
    private static final int WRITTEN_BYTES = 2_000_000;
    /** The part of the file's chunks that is in use, below which they are written anew. */
    private static final int FILL_PERCENT = 60;
    /** A file that is not worth it. */
    private static final long SMALL_BYTES = 16_000_000;
    private static final long STOP_MILLIS = 5_000;

    private final Connection connection;
    private final MVStore store;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().daemon().name("compaction").unstarted(this::run);

    private Compaction(Connection connection) throws SQLException {
        this.connection = connection;
        store = GroupCommit.storeOf(connection);
    }

    /** Begin with the file of the database at a JDBC address. */
    public static Compaction start(String url) throws SQLException {
        var compaction = new Compaction(DriverManager.getConnection(url, "sa", ""));
        compaction.thread.start();
        return compaction;
    }

    /** End it, and wait until nothing is written any more. Call it before the database is closed. */
    public void stop() throws InterruptedException {
        stopped.countDown(); // an interrupt could hit H2 while it writes
        thread.join(STOP_MILLIS);
    }

    private void run() {
        try (connection) {
            while (!stopped.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS) && !store.isClosed()) {
                if (store.getFileStore().size() > SMALL_BYTES) {
                    store.compact(FILL_PERCENT, WRITTEN_BYTES);
                }
            }
        } catch (MVStoreException | SQLException | InterruptedException problem) {
            if (stopped.getCount() > 0 && !store.isClosed()) {
                LOG.warn("The database's file is no longer compacted: {}", problem.toString());
            }
        }
    }
}
