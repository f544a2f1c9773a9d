package io.kestra.plugin.elasticsearch;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import lombok.Builder;
import lombok.Getter;

/** Sends a file of bulk operations. */
@Plugin
@Getter
public class Bulk extends ElasticsearchTask {
    @NotNull
    public Property<String> from;
    public Property<Integer> chunk = Property.ofValue(1000);

    @Builder
    public Bulk() {
    }
}
