package io.kestra.plugin.serdes.parquet;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.Values;
import io.kestra.workbook.avro.AvroModel;
import io.kestra.workbook.avro.FromAvro;
import io.kestra.workbook.files.ToIon;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import lombok.Builder;
import lombok.Getter;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.io.LocalInputFile;

/** Makes an ION file of a Parquet file. */
@Plugin(aliases = "io.kestra.plugin.serdes.parquet.ParquetReader")
@Getter
public class ParquetToIon extends ToIon {
    @Builder
    public ParquetToIon() {
    }

    @Override
    protected void read(InputStream stream, RowSink rows, RunContext runContext, Values values) throws Exception {
        Path file = runContext.workingDir().createTempFile(".parquet"); // the format begins at its end
        Files.copy(stream, file, StandardCopyOption.REPLACE_EXISTING);
        try (
            ParquetReader<GenericRecord> records = AvroParquetReader
                .<GenericRecord>builder(new NamedFile(file, values.text("from")), new PlainParquetConfiguration())
                .disableCompatibility()
                .withDataModel(AvroModel.JAVA_TYPES)
                .build()
        ) {
            for (GenericRecord entry = records.read(); entry != null; entry = records.read()) {
                rows.write(FromAvro.row(entry));
            }
        }
    }

    /** A file that errors call by its address in the storage. */
    private static final class NamedFile extends LocalInputFile {
        private final String name;

        NamedFile(Path file, String name) {
            super(file);
            this.name = name;
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
