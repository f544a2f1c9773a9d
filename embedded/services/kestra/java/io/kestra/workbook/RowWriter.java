package io.kestra.workbook;

import io.kestra.core.serializers.FileSerde;
import io.kestra.core.serializers.JacksonMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the rows of a query result to an ION file. */
public final class RowWriter {
    private final Path file;
    private final List<Rows.Column> columns;
    private final OutputStream stream;
    private boolean first = true;

    RowWriter(Path file, String columns) throws IOException {
        this.file = file;
        this.columns = Rows.columns(columns);
        this.stream = new BufferedOutputStream(Files.newOutputStream(file), FileSerde.BUFFER_SIZE);
    }

    /** Appends rows, given as a JSON list of lists. */
    public void write(String rows) throws IOException {
        for (List<Object> cells : JacksonMapper.ofJson().readValue(rows, Rows.TABLE)) {
            if (!first) {
                stream.write('\n');
            }
            first = false;
            stream.write(JacksonMapper.ofIon().writeValueAsBytes(Rows.row(columns, cells)));
        }
    }

    /** Ends the file and returns its path. */
    public String close() throws IOException {
        stream.close();
        return file.toString();
    }
}
