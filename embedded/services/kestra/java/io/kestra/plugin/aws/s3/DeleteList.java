package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import lombok.Builder;
import lombok.Getter;

/** Deletes the objects of a listing. */
@Plugin
@Getter
public class DeleteList extends S3ListTask {
    public Property<Integer> concurrent;
    public Property<Boolean> errorOnEmpty = Property.ofValue(false);

    @Builder
    public DeleteList() {
    }
}
