package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.plugin.gcp.GcpTask;
import jakarta.validation.constraints.NotNull;
import lombok.Builder;
import lombok.Getter;

/** Deletes a bucket, with its objects if asked to. */
@Plugin
@Getter
public class DeleteBucket extends GcpTask {
    @NotNull
    public Property<String> name;
    public Property<Boolean> force = Property.ofValue(false);

    @Builder
    public DeleteBucket() {
    }
}
