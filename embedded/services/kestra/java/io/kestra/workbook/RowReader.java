package io.kestra.workbook;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.workbook.files.IonRows;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Reads an ION file of rows, a chunk at a time. */
public final class RowReader implements Closeable {
    private static final ObjectMapper JSON = JacksonMapper.ofJson().copy()
        .setDefaultPropertyInclusion(JsonInclude.Include.ALWAYS) // a row keeps its empty columns
        .registerModule(new SimpleModule().addSerializer(byte[].class, new BytesSerializer()));

    private final IonRows rows;
    private final int chunk;

    RowReader(InputStream stream, int chunk) throws IOException {
        this.rows = new IonRows(stream);
        this.chunk = chunk;
    }

    /** The next rows as a JSON list; null at the end. Bytes are {"@bytes": base64}. */
    public String next() throws IOException {
        List<Object> batch = new ArrayList<>(chunk);
        while (batch.size() < chunk && rows.hasNext()) {
            batch.add(rows.next());
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
