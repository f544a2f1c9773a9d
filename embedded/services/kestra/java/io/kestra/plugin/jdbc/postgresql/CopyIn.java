package io.kestra.plugin.jdbc.postgresql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import lombok.Builder;
import lombok.Getter;

/** Loads a file into a table. */
@Plugin
@Getter
public class CopyIn extends Copy {
    @NotNull
    public Property<String> from;

    @Builder
    public CopyIn() {
    }
}
