package io.kestra.plugin.jdbc.duckdb;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.JdbcQuery;
import io.kestra.workbook.jdbc.SqlFilesResult;
import java.util.List;
import java.util.Map;
import lombok.AccessLevel;
import lombok.Builder;
import lombok.Getter;

/** Runs one SQL statement on DuckDB. */
@Plugin
@Getter
public class Query extends JdbcQuery {
    public Object inputFiles;
    public Property<String> databaseUri;
    public Property<Boolean> outputDbFile = Property.ofValue(false);
    public Property<List<String>> communityExtensions;

    @Getter(AccessLevel.NONE)
    private transient DuckDbFiles files;

    @Builder
    public Query() {
        url = Property.ofValue(DuckDbFiles.NO_FILE);
    }

    @Override
    protected Database database() {
        return files.database();
    }

    @Override
    protected void adapt(Map<String, Object> properties) {
        properties.put("url", files.url());
        properties.computeIfPresent("sql", (name, sql) -> files.withRelativeNames(sql.toString()));
    }

    @Override
    public SqlFilesResult run(RunContext runContext) throws Exception {
        files = new DuckDbFiles(runContext, url, databaseUri, true);
        Map<String, Object> variables = files.prepare(inputFiles, outputFiles);
        return files.output(start(runContext, variables).query(), outputDbFile);
    }
}
