package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.Min;
import lombok.Builder;
import lombok.Getter;

/** Deletes the objects of a listing. */
@Plugin
@Getter
public class DeleteList extends S3ListTask {
    @Min(2)
    public Integer concurrent;
    public Property<Boolean> errorOnEmpty = Property.ofValue(false);

    @Builder
    public DeleteList() {
    }
}
