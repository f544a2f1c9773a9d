package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.plugin.gcp.GcpTask;
import lombok.Builder;
import lombok.Getter;

/** Downloads an object into the internal storage. */
@Plugin
@Getter
public class Download extends GcpTask {
    public Property<String> from;
    public Property<Boolean> validateChecksum = Property.ofValue(false);

    @Builder
    public Download() {
    }
}
