package io.kestra.plugin.gcp.bigquery;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.gcp.IfExists;
import jakarta.validation.constraints.NotNull;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Makes a data set, or changes one that is there. */
@Plugin
@Getter
public class CreateDataset extends BigQueryTask {
    @NotNull
    public Property<String> name;
    public Property<IfExists> ifExists = Property.ofValue(IfExists.ERROR);
    public Property<String> friendlyName;
    public Property<Map<String, String>> labels;
    public Property<Long> defaultTableLifetime;
    public Property<Long> defaultPartitionExpirationMs;
    /** The property {@code description}, which every task has; for this one it is the data set's as well. */
    @JsonIgnore
    public String datasetDescription;

    @Builder
    public CreateDataset() {
    }

    @Override
    protected Map<String, Object> prepare(RunContext runContext) throws Exception {
        datasetDescription = runContext.render(getDescription());
        return super.prepare(runContext);
    }
}
