package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import java.util.List;
import lombok.Builder;
import lombok.Getter;

/** Loads objects of Cloud Storage into a table. */
@Plugin
@Getter
public class LoadFromGcs extends AbstractLoad {
    public Property<List<String>> from;

    @Builder
    public LoadFromGcs() {
    }
}
