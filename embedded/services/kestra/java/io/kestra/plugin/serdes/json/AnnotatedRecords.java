package io.kestra.plugin.serdes.json;

import com.amazon.ion.IonReader;
import com.amazon.ion.system.IonReaderBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.ZoneId;

/** Records in which an annotated text is an object of its annotations and its value. */
final class AnnotatedRecords implements JsonRecords {
    private final IonReader ion;
    private final ZoneId zone;

    AnnotatedRecords(InputStream stream, ZoneId zone) {
        this.ion = IonReaderBuilder.standard().build(stream);
        this.zone = zone;
    }

    @Override
    public boolean next() {
        return ion.next() != null;
    }

    @Override
    public void close() throws IOException {
        ion.close();
    }

    @Override
    public void write(JsonGenerator json) throws IOException {
        if (ion.isNullValue()) {
            json.writeNull();
            return;
        }
        switch (ion.getType()) {
            case STRUCT -> writeStruct(json);
            case LIST, SEXP -> writeList(json);
            case STRING, SYMBOL -> writeText(json, ion.stringValue(), ion.getTypeAnnotations());
            case BOOL -> json.writeBoolean(ion.booleanValue());
            case INT -> json.writeNumber(ion.bigIntegerValue());
            case FLOAT -> json.writeNumber(ion.doubleValue());
            case DECIMAL -> json.writeNumber(ion.bigDecimalValue());
            case TIMESTAMP -> json.writeString(Instant.ofEpochMilli(ion.timestampValue().getMillis()).atZone(zone).toString());
            default -> json.writeBinary(ion.newBytes());
        }
    }

    private void writeStruct(JsonGenerator json) throws IOException {
        json.writeStartObject();
        ion.stepIn();
        while (ion.next() != null) {
            json.writeFieldName(ion.getFieldName());
            write(json);
        }
        ion.stepOut();
        json.writeEndObject();
    }

    private void writeList(JsonGenerator json) throws IOException {
        json.writeStartArray();
        ion.stepIn();
        while (ion.next() != null) {
            write(json);
        }
        ion.stepOut();
        json.writeEndArray();
    }

    private void writeText(JsonGenerator json, String text, String[] annotations) throws IOException {
        if (annotations.length == 0) {
            json.writeString(text);
            return;
        }
        json.writeStartObject();
        json.writeFieldName("ion_annotations");
        json.writeArray(annotations, 0, annotations.length);
        json.writeStringField("value", text);
        json.writeEndObject();
    }
}
