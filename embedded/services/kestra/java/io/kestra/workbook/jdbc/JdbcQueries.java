package io.kestra.workbook.jdbc;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.runners.RunContext;
import java.util.Map;
import lombok.Getter;

/** A task that runs several SQL statements. */
@Getter
public abstract class JdbcQueries extends JdbcStatements implements RunnableTask<SqlResults> {
    public Property<Boolean> transaction = Property.ofValue(true);

    @Override
    public SqlResults run(RunContext runContext) throws Exception {
        return start(runContext, Map.of()).queries();
    }
}
