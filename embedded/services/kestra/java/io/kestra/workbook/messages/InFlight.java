package io.kestra.workbook.messages;

import io.kestra.workbook.database.GroupCommit;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbers of the messages that are being processed, in a file that outlives the process: mapped into memory, it
 * costs no system call, and the operating system writes it out however the process ends.
 */
final class InFlight {
    private static final int SLOTS = 4096;

    private final MappedByteBuffer buffer;
    private final ArrayDeque<Integer> free = new ArrayDeque<>(SLOTS);

    /** Begin with an empty file. */
    InFlight(Path file) throws IOException {
        Files.deleteIfExists(file);
        try (var channel = FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) SLOTS * Long.BYTES);
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            free.add(slot);
        }
    }

    /** The messages that were being processed when the last process ended. */
    static List<Long> left(Path file) throws IOException {
        var left = new ArrayList<Long>();
        if (Files.exists(file)) {
            var bytes = java.nio.ByteBuffer.wrap(Files.readAllBytes(file));
            while (bytes.remaining() >= Long.BYTES) {
                long offset = bytes.getLong();
                if (offset != 0) {
                    left.add(offset);
                }
            }
        }
        return left;
    }

    /**
     * Messages begin to be processed; they have been processed when the answer is closed. They stay in the file until what
     * was done with them is in that of the database: a kill could undo it.
     */
    Entry enter(long[] offsets) {
        var entry = new Entry(new ArrayList<>(offsets.length));
        synchronized (this) {
            for (long offset : offsets) {
                Integer slot = free.poll();
                if (slot != null) {
                    buffer.putLong(slot * Long.BYTES, offset);
                    entry.slots.add(slot);
                }
            }
        }
        return entry;
    }

    /** The messages that are being processed. */
    List<Long> offsets() {
        var offsets = new ArrayList<Long>();
        synchronized (this) {
            for (int slot = 0; free.size() + offsets.size() < SLOTS; slot++) {
                long offset = buffer.getLong(slot * Long.BYTES);
                if (offset != 0) {
                    offsets.add(offset);
                }
            }
        }
        return offsets;
    }

    final class Entry implements AutoCloseable {
        private final List<Integer> slots;

        private Entry(List<Integer> slots) {
            this.slots = slots;
        }

        @Override
        public void close() {
            GroupCommit.whenWritten(this::clear);
        }

        private void clear() {
            synchronized (InFlight.this) {
                for (int slot : slots) {
                    buffer.putLong(slot * Long.BYTES, 0);
                    free.add(slot);
                }
            }
        }
    }
}
