package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.plugin.gcp.GcpTask;

/** Deletes an object. */
@Plugin
public class Delete extends GcpTask {
    public Property<String> uri;
    public Property<Boolean> errorOnMissing = Property.ofValue(false);
}
