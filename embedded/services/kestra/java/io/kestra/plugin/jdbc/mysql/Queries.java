package io.kestra.plugin.jdbc.mysql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.annotations.PluginProperty;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.JdbcQueries;
import io.kestra.workbook.jdbc.SqlResults;
import lombok.Builder;
import lombok.Getter;

/** Runs several SQL statements on MySQL. */
@Plugin
@Getter
public class Queries extends JdbcQueries {
    @PluginProperty(dynamic = true)
    public String inputFile;

    @Builder
    public Queries() {
    }

    @Override
    protected Database database() {
        return new MySql(true);
    }

    @Override
    public SqlResults run(RunContext runContext) throws Exception {
        return start(runContext, InputFile.prepare(runContext, inputFile)).queries();
    }
}
