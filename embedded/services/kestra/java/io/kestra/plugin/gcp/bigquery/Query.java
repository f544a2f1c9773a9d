package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.common.FetchType;
import io.kestra.workbook.Checked;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Runs a statement, or a script of several. */
@Plugin
@Checked
@Getter
public class Query extends BigQueryTask implements Checked.Subject {
    /** When a query runs. */
    public enum Priority {
        INTERACTIVE, BATCH
    }

    public Property<String> sql;
    public Property<Boolean> legacySql = Property.ofValue(false);
    public Property<Boolean> useLegacySql = Property.ofValue(false);
    public boolean fetch = false;
    public boolean store = false;
    public boolean fetchOne = false;
    public Property<FetchType> fetchType = Property.ofValue(FetchType.NONE);
    public Property<String> destinationTable;
    public Property<CreateDisposition> createDisposition;
    public Property<WriteDisposition> writeDisposition;
    public Property<List<String>> clusteringFields;
    public Property<List<SchemaUpdateOption>> schemaUpdateOptions;
    public Property<String> timePartitioningField;
    public Property<PartitioningType> timePartitioningType = Property.ofValue(PartitioningType.DAY);
    public Property<String> rangePartitioningField;
    public Property<Long> rangePartitioningStart;
    public Property<Long> rangePartitioningEnd;
    public Property<Long> rangePartitioningInterval;
    public Property<String> defaultDataset;
    public Property<Boolean> allowLargeResults;
    public Property<Boolean> flattenResults = Property.ofValue(true);
    public Property<Integer> maximumBillingTier;
    public Property<Priority> priority = Property.ofValue(Priority.INTERACTIVE);
    public Property<Boolean> useQueryCache;
    public Property<Long> maximumBytesBilled;
    public Property<Long> maxResults;
    public Property<Duration> jobTimeout;
    public Property<Map<String, String>> labels;
    public Property<Boolean> dryRun = Property.ofValue(false);

    @Builder
    public Query() {
    }

    @Override
    public String findProblem() {
        if ((fetch || fetchOne) && store) {
            return "Invalid store with fetch or fetchOne properties, you can't have both defined.";
        }
        if ((fetch || fetchOne || store) && destinationTable != null) {
            return "Invalid store & fetch or fetchOne properties with destinationTable, you can't fetch data when "
                + "destinationTable is defined";
        }
        return null;
    }
}
