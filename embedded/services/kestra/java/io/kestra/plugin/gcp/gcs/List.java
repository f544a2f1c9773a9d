package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import lombok.Builder;
import lombok.Getter;

/** Lists the objects of a bucket. */
@Plugin
@Getter
public class List extends ListTask {
    public Property<Filter> filter = Property.ofValue(Filter.BOTH);
    public Property<Integer> maxFiles = Property.ofValue(25);

    @Builder
    public List() {
    }
}
