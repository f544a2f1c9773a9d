package io.kestra.workbook.jdbc;

import io.kestra.core.models.property.Property;

/** Properties of a task that runs several SQL statements. */
public abstract class JdbcQueries extends JdbcQuery {
    public Property<Boolean> transaction = Property.ofValue(true);
}
