package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.common.FetchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Runs a statement, or a script of several. */
@Plugin
@Getter
public class Query extends BigQueryTask {
    public Property<String> sql;
    public Property<Boolean> legacySql = Property.ofValue(false);
    public Property<Boolean> useLegacySql = Property.ofValue(false);
    public boolean fetch = false;
    public boolean store = false;
    public boolean fetchOne = false;
    public Property<FetchType> fetchType = Property.ofValue(FetchType.NONE);
    public Property<String> destinationTable;
    public Property<String> createDisposition;
    public Property<String> writeDisposition;
    public Property<List<String>> clusteringFields;
    public Property<List<String>> schemaUpdateOptions;
    public Property<String> timePartitioningField;
    public Property<String> timePartitioningType = Property.ofValue("DAY");
    public Property<String> defaultDataset;
    public Property<String> priority = Property.ofValue("INTERACTIVE");
    public Property<Boolean> useQueryCache;
    public Property<Long> maximumBytesBilled;
    public Property<Long> maxResults;
    public Property<Duration> jobTimeout;
    public Property<Map<String, String>> labels;
    public Property<Boolean> dryRun = Property.ofValue(false);

    @Builder
    public Query() {
    }
}
