package io.kestra.plugin.jdbc.duckdb;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.JdbcQueries;
import io.kestra.workbook.jdbc.SqlFilesResults;
import io.kestra.workbook.jdbc.SqlResults;
import java.util.List;
import java.util.Map;
import lombok.AccessLevel;
import lombok.Builder;
import lombok.Getter;

/** Runs several SQL statements on DuckDB. */
@Plugin
@Getter
public class Queries extends JdbcQueries {
    public Object inputFiles;
    public Property<String> databaseUri;
    public Property<Boolean> outputDbFile = Property.ofValue(false);
    public Property<List<String>> communityExtensions;

    @Getter(AccessLevel.NONE)
    private transient DuckDbFiles files;

    @Builder
    public Queries() {
        url = Property.ofValue(DuckDbFiles.NO_FILE);
    }

    @Override
    protected Database database() {
        return files.database();
    }

    @Override
    protected void adapt(Map<String, Object> properties) {
        properties.put("url", files.url());
    }

    @Override
    public SqlFilesResults run(RunContext runContext) throws Exception {
        files = new DuckDbFiles(runContext, url, databaseUri, false);
        Map<String, Object> variables = files.prepare(inputFiles, outputFiles);
        SqlResults result = start(runContext, variables).queries();
        return SqlFilesResults.builder()
            .outputs(result.getOutputs())
            .outputFiles(files.store())
            .databaseUri(files.storeDatabase(outputDbFile))
            .build();
    }
}
