package io.kestra.plugin.compress;

import io.kestra.workbook.InterruptibleTask;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Copies what is as large as it says. */
final class Streams {
    private static final int CHUNK = 1 << 16;

    private Streams() {
    }

    static void copy(InputStream from, OutputStream to) throws IOException, InterruptedException {
        byte[] chunk = new byte[CHUNK];
        for (int count = from.read(chunk); count >= 0; count = from.read(chunk)) {
            InterruptibleTask.checkInterrupted();
            to.write(chunk, 0, count);
        }
    }
}
