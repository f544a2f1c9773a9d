package io.kestra.plugin.jdbc.mysql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.annotations.PluginProperty;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.JdbcQuery;
import io.kestra.workbook.jdbc.SqlResult;
import lombok.Builder;
import lombok.Getter;

/** Runs one SQL statement on MySQL. */
@Plugin
@Getter
public class Query extends JdbcQuery {
    @PluginProperty(dynamic = true)
    public String inputFile;

    @Builder
    public Query() {
    }

    @Override
    protected Database database() {
        return new MySql(false);
    }

    @Override
    public SqlResult run(RunContext runContext) throws Exception {
        return start(runContext, InputFile.prepare(runContext, inputFile)).query();
    }
}
