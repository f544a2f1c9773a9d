package io.kestra.workbook.files;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.SequenceWriter;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.FileSerde;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.workbook.Values;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import lombok.Getter;

/** A task that makes an ION file of another one. */
@Getter
public abstract class ToIon extends ConversionTask {
    /** Reads the records of the file. */
    protected abstract void read(InputStream stream, RowSink rows, RunContext runContext, Values values) throws Exception;

    @Override
    protected ConvertedFile work(RunContext runContext, Values values) throws Exception {
        Path file = runContext.workingDir().createTempFile(".ion");
        long count;
        try (
            InputStream stream = open(runContext, values);
            var rows = new RowSink(file)
        ) {
            read(stream, rows, runContext, values);
            count = rows.count();
        }
        return store(runContext, file, count);
    }

    /** Takes the records. */
    public static final class RowSink implements Closeable {
        private static final TypeReference<Object> ANY = new TypeReference<>() {
        };

        private final Writer text;
        private final SequenceWriter writer;
        private long count;

        public RowSink(Path file) throws IOException {
            text = Files.newBufferedWriter(file);
            writer = FileSerde.createSequenceWriter(JacksonMapper.ofIon(), text, ANY);
        }

        public void write(Object row) throws IOException, InterruptedException {
            checkInterrupted();
            writer.write(row);
            count++;
        }

        public long count() {
            return count;
        }

        @Override
        public void close() throws IOException {
            writer.flush(); // its own close would use the file after having closed it
            text.close();
        }
    }
}
