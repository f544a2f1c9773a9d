package io.kestra.plugin.jdbc.duckdb;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.JdbcQueries;
import java.util.List;
import java.util.Map;

/** Runs several SQL statements on DuckDB. */
@Plugin
public class Queries extends JdbcQueries {
    public Object inputFiles;
    public Property<String> databaseUri;
    public Property<Boolean> outputDbFile = Property.ofValue(false);
    public Property<List<String>> communityExtensions;

    private final transient DuckDbFiles files = new DuckDbFiles();

    public Queries() {
        url = Property.ofValue("jdbc:duckdb:");
    }

    @Override
    protected Map<String, Object> prepare(RunContext runContext) throws Exception {
        return files.prepare(runContext, inputFiles, outputFiles);
    }

    @Override
    protected Map<String, Object> finish(RunContext runContext, Map<String, Object> outputs) throws Exception {
        return files.finish(runContext, outputs);
    }
}
