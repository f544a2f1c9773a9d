package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.retrys.AbstractRetry;
import io.kestra.plugin.gcp.GcpTask;
import java.util.List;
import lombok.Getter;

/** Properties of the BigQuery tasks. */
@Getter
public abstract class BigQueryTask extends GcpTask {
    /** Whether a job makes its table. */
    public enum CreateDisposition {
        CREATE_IF_NEEDED, CREATE_NEVER
    }

    /** What becomes of rows that are in the table. */
    public enum WriteDisposition {
        WRITE_TRUNCATE, WRITE_APPEND, WRITE_EMPTY
    }

    /** How a job may change the schema. */
    public enum SchemaUpdateOption {
        ALLOW_FIELD_ADDITION, ALLOW_FIELD_RELAXATION
    }

    /** How large a partition is. */
    public enum PartitioningType {
        DAY, HOUR, MONTH, YEAR
    }

    public Property<String> location;
    public AbstractRetry retryAuto;
    public Property<List<String>> retryReasons = Property.ofValue(
        List.of("rateLimitExceeded", "jobBackendError", "backendError", "internalError", "jobInternalError"));
    public Property<List<String>> retryMessages = Property.ofValue(
        List.of("due to concurrent update", "Retrying the job may solve the problem", "Retrying may solve the problem"));
}
