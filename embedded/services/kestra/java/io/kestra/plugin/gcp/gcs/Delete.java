package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.plugin.gcp.GcpTask;
import lombok.Builder;
import lombok.Getter;

/** Deletes an object. */
@Plugin
@Getter
public class Delete extends GcpTask {
    public Property<String> uri;
    public Property<Boolean> errorOnMissing = Property.ofValue(false);

    @Builder
    public Delete() {
    }
}
