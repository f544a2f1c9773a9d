package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.property.Property;
import io.kestra.plugin.gcp.GcpTask;
import jakarta.validation.constraints.NotNull;
import lombok.Getter;

/** Properties of the tasks that list a bucket. */
@Getter
public abstract class ListTask extends GcpTask {
    @NotNull
    public Property<String> from;
    public Property<Boolean> allVersions;
    public Property<ListingType> listingType = Property.ofValue(ListingType.DIRECTORY);
    public Property<String> regExp;
}
