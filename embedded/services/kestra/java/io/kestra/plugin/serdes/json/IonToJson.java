package io.kestra.plugin.serdes.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.workbook.Values;
import io.kestra.workbook.files.ConversionTask;
import io.kestra.workbook.files.ConvertedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.TimeZone;
import lombok.Builder;
import lombok.Getter;

/** Makes a JSON file of an ION file: a line for each record, or a list of the records. */
@Plugin(aliases = "io.kestra.plugin.serdes.json.JsonWriter")
@Getter
public class IonToJson extends ConversionTask {
    public Property<String> charset = Property.ofValue(StandardCharsets.UTF_8.name());
    public Property<Boolean> newLine = Property.ofValue(true);
    public Property<String> timeZoneId = Property.ofValue(ZoneId.systemDefault().toString());
    public Property<Boolean> shouldKeepAnnotations = Property.ofValue(false);

    @Builder
    public IonToJson() {
    }

    @Override
    protected ConvertedFile work(RunContext runContext, Values values) throws Exception {
        boolean lines = values.flag("newLine");
        Path file = runContext.workingDir().createTempFile(lines ? ".jsonl" : ".json");
        var zone = ZoneId.of(values.text("timeZoneId"));
        ObjectMapper mapper = JacksonMapper.ofJson().copy()
            .configure(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, false)
            .setTimeZone(TimeZone.getTimeZone(zone));
        long count;
        try (
            InputStream stream = open(runContext, values);
            JsonRecords records = values.flag("shouldKeepAnnotations")
                ? new AnnotatedRecords(stream, zone)
                : new PlainRecords(stream, mapper);
            var text = writer(file, values);
            JsonGenerator json = mapper.createGenerator(text)
        ) {
            json.setPrettyPrinter(new MinimalPrettyPrinter("")); // nothing between the records but the ends of the lines
            count = lines ? writeLines(records, json) : writeDocument(records, json, mapper);
        }
        return store(runContext, file, count);
    }

    private static long writeLines(JsonRecords records, JsonGenerator json) throws IOException, InterruptedException {
        long count = 0;
        for (; records.next(); count++) {
            checkInterrupted();
            records.write(json);
            json.writeRaw('\n');
        }
        return count;
    }

    /** A list, or the record itself if there is only one. */
    private static long writeDocument(JsonRecords records, JsonGenerator json, ObjectMapper mapper)
        throws IOException, InterruptedException {
        if (!records.next()) {
            return 0;
        }
        var first = new TokenBuffer(mapper, false);
        records.write(first);
        if (!records.next()) {
            first.serialize(json);
            return 1;
        }
        json.writeStartArray();
        first.serialize(json);
        long count = 1;
        do {
            checkInterrupted();
            records.write(json);
            count++;
        } while (records.next());
        json.writeEndArray();
        return count;
    }
}
