package io.kestra.plugin.compress;

import io.kestra.workbook.InterruptibleTask;
import io.kestra.workbook.TaskFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Limits of what a task unpacks: a small file can hold so much that the disk is full before its end. */
final class Sizes {
    static final int MOST_ENTRIES = 100_000;
    /** What an archive or file may be unpacked to in any case. */
    static final long FREE_BYTES = 1L << 30;
    /** How many times as large as the packed file the rest may be. */
    static final int MOST_TIMES = 200;
    private static final int CHUNK = 1 << 16;

    private final long most;
    private long written;

    /** Limits for what a packed file holds, which is unpacked to a folder. */
    Sizes(long packed, Path folder) throws IOException {
        FileStore disk = Files.getFileStore(folder);
        most = most(packed, disk.getUsableSpace());
    }

    /** The bytes that may be unpacked: by the size of the packed file, and half of the free disk at most. */
    static long most(long packed, long free) {
        return Math.min(Math.max(FREE_BYTES, packed * MOST_TIMES), free / 2);
    }

    long written() {
        return written;
    }

    /** Copies a stream to its end, or until the limit. */
    void copy(InputStream from, OutputStream to) throws IOException, InterruptedException, TaskFailure {
        byte[] chunk = new byte[CHUNK];
        for (int count = from.read(chunk); count >= 0; count = from.read(chunk)) {
            InterruptibleTask.checkInterrupted();
            written += count;
            if (written > most) {
                throw new TaskFailure("The file holds more than " + most + " bytes, the limit for its size on this machine.");
            }
            to.write(chunk, 0, count);
        }
    }
}
