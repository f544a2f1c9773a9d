package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.plugin.gcp.GcpTask;
import lombok.Builder;
import lombok.Getter;

/** Copies an object, and removes the source if asked to. */
@Plugin
@Getter
public class Copy extends GcpTask {
    public Property<String> from;
    public Property<String> to;
    public Property<Boolean> delete = Property.ofValue(false);

    @Builder
    public Copy() {
    }
}
