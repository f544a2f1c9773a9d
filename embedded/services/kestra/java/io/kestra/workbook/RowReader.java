package io.kestra.workbook;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.kestra.core.serializers.JacksonMapper;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Reads an ION file of rows, a chunk at a time. */
public final class RowReader implements Closeable {
    private static final ObjectMapper JSON = JacksonMapper.ofJson().copy()
        .setDefaultPropertyInclusion(JsonInclude.Include.ALWAYS) // a row keeps its empty columns
        .registerModule(new SimpleModule().addSerializer(byte[].class, new BytesSerializer()));

    private final MappingIterator<Object> rows;
    private final int chunk;

    RowReader(InputStream stream, int chunk) throws IOException {
        // Only a parser of a Reader, not of a stream, heeds the annotations that tell dates and times.
        var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8), 1 << 16);
        var parser = JacksonMapper.ofIon().createParser(reader);
        parser.nextToken(); // otherwise a stream of lists would be read as one list
        this.rows = JacksonMapper.ofIon().readerFor(Object.class).readValues(parser);
        this.chunk = chunk;
    }

    /** The next rows as a JSON list; null at the end. Bytes are {"@bytes": base64}. */
    public String next() throws IOException {
        List<Object> batch = new ArrayList<>(chunk);
        while (batch.size() < chunk && rows.hasNextValue()) {
            batch.add(rows.nextValue());
        }
        return batch.isEmpty() ? null : JSON.writeValueAsString(batch);
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }

    private static final class BytesSerializer extends JsonSerializer<byte[]> {
        @Override
        public void serialize(byte[] value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeObject(Map.of("@bytes", Base64.getEncoder().encodeToString(value)));
        }
    }
}
