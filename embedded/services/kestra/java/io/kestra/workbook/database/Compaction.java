package io.kestra.workbook.database;

import java.sql.SQLException;

/**
 * Writes sparse parts of an open database's file anew, so that their space can be used again. H2 does so in a thread of
 * its own, but only where commits are held back.
 */
public final class Compaction extends StoreThread {
    private static final long PAUSE_MILLIS = 500;
    /** What is written anew at most at a time: other threads cannot commit meanwhile. */
    private static final int WRITTEN_BYTES = 2_000_000;
    /** The part of the file's chunks that is in use, below which they are written anew. */
    private static final int FILL_PERCENT = 60;
    /** A file that is not worth it. */
    private static final long SMALL_BYTES = 16_000_000;

    private Compaction(String url) throws SQLException {
        super("compaction", url, PAUSE_MILLIS);
    }

    /** Begin with the file of the database at a JDBC address. */
    public static Compaction start(String url) throws SQLException {
        var compaction = new Compaction(url);
        compaction.begin();
        return compaction;
    }

    @Override
    void work() {
        if (store().getFileStore().size() > SMALL_BYTES) {
            store().compact(FILL_PERCENT, WRITTEN_BYTES);
        }
    }
}
