package io.kestra.plugin.serdes.avro;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.Values;
import io.kestra.workbook.avro.AvroModel;
import io.kestra.workbook.avro.AvroTask;
import java.io.IOException;
import java.nio.file.Path;
import lombok.Builder;
import lombok.Getter;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;

/** Makes an Avro file of an ION file. */
@Plugin(aliases = "io.kestra.plugin.serdes.avro.AvroWriter")
@Getter
public class IonToAvro extends AvroTask {
    @Builder
    public IonToAvro() {
    }

    @Override
    protected String extension() {
        return ".avro";
    }

    @Override
    protected RecordSink create(Path file, Schema schema, Values values) throws IOException {
        var writer = new DataFileWriter<>(new GenericDatumWriter<GenericData.Record>(schema, AvroModel.JAVA_TYPES));
        writer.create(schema, file.toFile());
        return new RecordSink() {
            @Override
            public void write(GenericData.Record entry) throws IOException {
                writer.append(entry);
            }

            @Override
            public void close() throws IOException {
                writer.close();
            }
        };
    }
}
