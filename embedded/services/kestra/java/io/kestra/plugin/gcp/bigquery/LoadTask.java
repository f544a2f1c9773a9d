package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.property.Property;
import jakarta.validation.Valid;
import java.util.List;
import java.util.Map;
import lombok.Getter;

/** Properties of the tasks that load files into a table. */
@Getter
public abstract class LoadTask extends BigQueryTask {
    public Property<String> destinationTable;
    public Property<Format> format;
    @Valid
    public CsvOptions csvOptions;
    public Property<Map<String, Object>> schema;
    public Property<Boolean> autodetect;
    public Property<Boolean> ignoreUnknownValues;
    public Property<Integer> maxBadRecords;
    public Property<String> createDisposition;
    public Property<String> writeDisposition;
    public Property<List<String>> schemaUpdateOptions;
    public Property<List<String>> clusteringFields;
    public Property<String> timePartitioningField;
    public Property<String> timePartitioningType = Property.ofValue("DAY");
}
