package io.kestra.plugin.elasticsearch;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.BridgedTask;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import lombok.Getter;

/** Properties of all tasks of the family. */
@Getter
public abstract class ElasticsearchTask extends BridgedTask {
    @NotNull
    @Valid
    public ElasticsearchConnection connection;
    public Property<String> routing;
}
