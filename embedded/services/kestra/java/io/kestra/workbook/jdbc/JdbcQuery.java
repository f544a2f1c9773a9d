package io.kestra.workbook.jdbc;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.common.FetchType;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import java.util.Map;

/** Properties of a task that runs one SQL statement. */
public abstract class JdbcQuery extends JdbcTask {
    @NotNull
    public Property<String> sql;
    public Property<String> afterSQL;
    public Property<Map<String, Object>> parameters;
    public Property<FetchType> fetchType = Property.ofValue(FetchType.NONE);
    public Property<Integer> fetchSize = Property.ofValue(10000);
    public Property<List<String>> outputFiles;
    /** Older names of the fetch types. */
    public boolean fetch;
    public boolean fetchOne;
    public boolean store;
}
