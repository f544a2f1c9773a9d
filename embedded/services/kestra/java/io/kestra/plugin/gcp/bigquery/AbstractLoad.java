package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.Checked;
import jakarta.validation.Valid;
import java.util.List;
import java.util.Map;
import lombok.Getter;

/** Properties of the tasks that load files into a table. */
@Checked
@Getter
public abstract class AbstractLoad extends BigQueryTask implements Checked.Subject {
    /** How a file to load is written. */
    public enum Format {
        CSV, JSON, AVRO, PARQUET, ORC
    }

    public Property<String> destinationTable;
    public Format format;
    @Valid
    public CsvOptions csvOptions;
    public Property<Map<String, Object>> schema;
    public Property<Boolean> autodetect;
    public Property<Boolean> ignoreUnknownValues;
    public Property<Integer> maxBadRecords;
    public Property<CreateDisposition> createDisposition;
    public Property<WriteDisposition> writeDisposition;
    public Property<List<SchemaUpdateOption>> schemaUpdateOptions;
    public Property<List<String>> clusteringFields;
    public Property<String> timePartitioningField;
    public Property<PartitioningType> timePartitioningType = Property.ofValue(PartitioningType.DAY);

    @Override
    public String findProblem() {
        return format == Format.CSV && csvOptions == null ? "missing csv option with CSV fileType" : null;
    }
}
