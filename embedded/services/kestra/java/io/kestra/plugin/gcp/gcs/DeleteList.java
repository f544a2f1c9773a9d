package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.Min;
import lombok.Builder;
import lombok.Getter;

/** Deletes the objects of a listing. */
@Plugin
@Getter
public class DeleteList extends ListTask {
    public Property<Boolean> errorOnEmpty = Property.ofValue(false);
    @Min(2)
    public Integer concurrent;

    @Builder
    public DeleteList() {
    }
}
