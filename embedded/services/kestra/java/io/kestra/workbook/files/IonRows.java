package io.kestra.workbook.files;

import com.fasterxml.jackson.databind.MappingIterator;
import io.kestra.core.serializers.JacksonMapper;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** The rows of an ION file, one after the other. */
public final class IonRows implements Closeable {
    private final MappingIterator<Object> rows;

    public IonRows(InputStream stream) throws IOException {
        // Only a parser of a Reader, not of a stream, heeds the annotations that tell dates and times.
        var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8), 1 << 16);
        var parser = JacksonMapper.ofIon().createParser(reader);
        parser.nextToken(); // otherwise a stream of lists would be read as one list
        this.rows = JacksonMapper.ofIon().readerFor(Object.class).readValues(parser);
    }

    public boolean hasNext() throws IOException {
        return rows.hasNextValue();
    }

    public Object next() throws IOException {
        return rows.nextValue();
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
