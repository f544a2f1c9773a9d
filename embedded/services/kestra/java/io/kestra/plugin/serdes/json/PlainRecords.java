package io.kestra.plugin.serdes.json;

import com.amazon.ion.Timestamp;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.dataformat.ion.IonFactory;
import java.io.IOException;
import java.io.InputStream;

/** Records whose values lose their annotations: dates and times are their texts. */
final class PlainRecords implements JsonRecords {
    private final ObjectMapper mapper;
    private final JsonParser ion;

    PlainRecords(InputStream stream, ObjectMapper mapper) throws IOException {
        this.mapper = mapper.registerModule(new SimpleModule().addSerializer(Timestamp.class, ToStringSerializer.instance));
        this.ion = new IonFactory(mapper).createParser(stream);
    }

    @Override
    public boolean next() throws IOException {
        return ion.nextToken() != null;
    }

    @Override
    public void write(JsonGenerator json) throws IOException {
        json.writeObject(mapper.readValue(ion, Object.class));
    }

    @Override
    public void close() throws IOException {
        ion.close();
    }
}
