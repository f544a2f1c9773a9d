package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import lombok.Builder;
import lombok.Getter;

/** Deletes a table. */
@Plugin
@Getter
public class DeleteTable extends BigQueryTask {
    @NotNull
    public Property<String> dataset;
    @NotNull
    public Property<String> table;

    @Builder
    public DeleteTable() {
    }
}
