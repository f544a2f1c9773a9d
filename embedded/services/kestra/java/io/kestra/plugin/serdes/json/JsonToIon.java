package io.kestra.plugin.serdes.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectReader;
import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.workbook.Values;
import io.kestra.workbook.files.ToIon;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import lombok.Builder;
import lombok.Getter;

/** Makes an ION file of a JSON file: a record for each line, or for each item of a list. */
@Plugin(aliases = "io.kestra.plugin.serdes.json.JsonReader")
@Getter
public class JsonToIon extends ToIon {
    private static final ObjectReader VALUE = JacksonMapper.ofJson().readerFor(Object.class);

    public Property<String> charset = Property.ofValue(StandardCharsets.UTF_8.name());
    public Property<Boolean> newLine = Property.ofValue(true);

    @Builder
    public JsonToIon() {
    }

    @Override
    protected void read(InputStream stream, RowSink rows, RunContext runContext, Values values) throws Exception {
        var text = new BufferedReader(new InputStreamReader(stream, Charset.forName(values.text("charset"))), BUFFER_BYTES);
        if (values.flag("newLine")) {
            for (String line = text.readLine(); line != null; line = text.readLine()) {
                rows.write(VALUE.<Object>readValue(line));
            }
        } else {
            try (JsonParser parser = JacksonMapper.ofJson().createParser(text)) {
                readDocument(parser, rows);
            }
        }
    }

    /** Reads item by item, so that a long list needs no memory. */
    private static void readDocument(JsonParser parser, RowSink rows) throws IOException, InterruptedException {
        if (parser.nextToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                rows.write(VALUE.<Object>readValue(parser));
            }
        } else {
            rows.write(VALUE.<Object>readValue(parser));
        }
    }
}
