package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;

/** Deletes the objects of a listing. */
@Plugin
public class DeleteList extends ListTask {
    public Property<Boolean> errorOnEmpty = Property.ofValue(false);
}
