package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.property.Property;
import io.kestra.plugin.gcp.GcpTask;
import java.util.List;
import lombok.Getter;

/** Properties of the BigQuery tasks. */
@Getter
public abstract class BigQueryTask extends GcpTask {
    public Property<String> location;
    public Property<List<String>> retryReasons = Property.ofValue(
        List.of("rateLimitExceeded", "jobBackendError", "backendError", "internalError", "jobInternalError"));
    public Property<List<String>> retryMessages = Property.ofValue(
        List.of("due to concurrent update", "Retrying the job may solve the problem", "Retrying may solve the problem"));
}
