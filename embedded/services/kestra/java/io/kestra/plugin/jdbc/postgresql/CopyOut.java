package io.kestra.plugin.jdbc.postgresql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;

/** Writes a table or the result of a query to a file. */
@Plugin
public class CopyOut extends Copy {
    public Property<String> sql;
}
