package io.kestra.workbook.jdbc;

import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.runners.RunContext;
import java.util.Map;

/** A task that runs one SQL statement. */
public abstract class JdbcQuery extends JdbcStatements implements RunnableTask<SqlResult> {
    @Override
    public SqlResult run(RunContext runContext) throws Exception {
        return start(runContext, Map.of()).query();
    }
}
