package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import lombok.Getter;

/** Where in the KV store a manifest is kept. */
@Getter
public class KvStoreManifest {
    @NotNull
    public Property<String> key;
    @NotNull
    public Property<String> namespace;
}
