package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import lombok.Builder;
import lombok.Getter;

/** Loads a file of the internal storage into a table. */
@Plugin
@Getter
public class Load extends AbstractLoad {
    public Property<String> from;
    public Property<Boolean> failedOnEmpty = Property.ofValue(true);

    @Builder
    public Load() {
    }
}
