package io.kestra.plugin.serdes.parquet;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.workbook.Values;
import io.kestra.workbook.avro.AvroModel;
import io.kestra.workbook.avro.AvroTask;
import java.io.IOException;
import java.nio.file.Path;
import lombok.Builder;
import lombok.Getter;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;

/** Makes a Parquet file of an ION file. */
@Plugin(aliases = "io.kestra.plugin.serdes.parquet.ParquetWriter")
@Getter
public class IonToParquet extends AvroTask {
    private static final int PAGE_BYTES = 1 << 20;
    private static final long GROUP_BYTES = 128L << 20;

    public Property<CompressionCodec> compressionCodec = Property.ofValue(CompressionCodec.GZIP);
    public Property<Version> parquetVersion = Property.ofValue(Version.V2);
    public Property<Long> rowGroupSize = Property.ofValue(GROUP_BYTES);
    public Property<Integer> pageSize = Property.ofValue(PAGE_BYTES);
    public Property<Integer> dictionaryPageSize = Property.ofValue(PAGE_BYTES);

    @Builder
    public IonToParquet() {
    }

    @Override
    protected String extension() {
        return ".parquet";
    }

    @Override
    protected RecordSink create(Path file, Schema schema, Values values) throws Exception {
        var codec = CompressionCodecName.valueOf(values.get("compressionCodec", CompressionCodec.class).name());
        boolean second = values.get("parquetVersion", Version.class) == Version.V2;
        ParquetWriter<GenericData.Record> writer = AvroParquetWriter.<GenericData.Record>builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withWriterVersion(second ? WriterVersion.PARQUET_2_0 : WriterVersion.PARQUET_1_0)
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withCompressionCodec(codec)
            .withDictionaryEncoding(true)
            .withDictionaryPageSize(values.number("dictionaryPageSize"))
            .withPageSize(values.number("pageSize"))
            .withRowGroupSize(values.get("rowGroupSize", Long.class))
            .withDataModel(AvroModel.JAVA_TYPES)
            .withSchema(schema)
            .build();
        return new RecordSink() {
            @Override
            public void write(GenericData.Record entry) throws IOException {
                writer.write(entry);
            }

            @Override
            public void close() throws IOException {
                writer.close();
            }
        };
    }
}
