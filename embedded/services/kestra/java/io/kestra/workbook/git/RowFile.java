package io.kestra.workbook.git;

import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.FileSerde;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A file of rows that tells what a task did. */
final class RowFile {
    private RowFile() {
    }

    /** Writes the rows to the internal storage; returns the file's address. */
    static URI store(List<Map<String, Object>> rows, RunContext runContext) throws IOException {
        Path file = runContext.workingDir().createTempFile(".ion");
        try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (Map<String, Object> row : rows) {
                FileSerde.write(stream, row);
            }
        }
        return runContext.storage().putFile(file.toFile());
    }
}
