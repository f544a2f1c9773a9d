package io.kestra.plugin.jdbc.postgresql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import lombok.Builder;
import lombok.Getter;

/** Writes a table or the result of a query to a file. */
@Plugin
@Getter
public class CopyOut extends Copy {
    public Property<String> sql;

    @Builder
    public CopyOut() {
    }
}
