package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import lombok.Builder;
import lombok.Getter;

/** Deletes a data set, with its tables if asked to. */
@Plugin
@Getter
public class DeleteDataset extends BigQueryTask {
    @NotNull
    public Property<String> name;
    public Property<Boolean> deleteContents;

    @Builder
    public DeleteDataset() {
    }
}
