package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.plugin.gcp.IfExists;
import jakarta.validation.constraints.NotNull;
import java.util.Map;

/** Makes a data set, or changes one that is there. */
@Plugin
public class CreateDataset extends BigQueryTask {
    @NotNull
    public Property<String> name;
    public Property<IfExists> ifExists = Property.ofValue(IfExists.ERROR);
    public Property<String> description;
    public Property<String> friendlyName;
    public Property<Map<String, String>> labels;
    public Property<Long> defaultTableLifetime;
    public Property<Long> defaultPartitionExpirationMs;
}
