package io.kestra.plugin.serdes.avro;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.Values;
import io.kestra.workbook.avro.AvroModel;
import io.kestra.workbook.avro.FromAvro;
import io.kestra.workbook.files.OnBadLines;
import io.kestra.workbook.files.ToIon;
import java.io.InputStream;
import lombok.Builder;
import lombok.Getter;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/** Makes an ION file of an Avro file. */
@Plugin(aliases = "io.kestra.plugin.serdes.avro.AvroReader")
@Getter
public class AvroToIon extends ToIon {
    public Property<OnBadLines> onBadLines = Property.ofValue(OnBadLines.ERROR);

    @Builder
    public AvroToIon() {
    }

    @Override
    protected void read(InputStream stream, RowSink rows, RunContext runContext, Values values) throws Exception {
        var reader = new GenericDatumReader<GenericRecord>(null, null, AvroModel.JAVA_TYPES);
        try (var records = new DataFileStream<>(stream, reader)) {
            while (records.hasNext()) {
                rows.write(FromAvro.row(records.next()));
            }
        } catch (AvroRuntimeException problem) {
            // What follows a broken block cannot be found.
            values.get("onBadLines", OnBadLines.class).handle(problem, runContext.logger());
        }
    }
}
