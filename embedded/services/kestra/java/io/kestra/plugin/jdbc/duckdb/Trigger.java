package io.kestra.plugin.jdbc.duckdb;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.SqlResult;
import io.kestra.workbook.jdbc.SqlTrigger;
import java.util.List;
import java.util.Map;
import lombok.AccessLevel;
import lombok.Builder;
import lombok.Getter;

/** Starts an execution when a query on DuckDB returns rows. */
@Plugin
@Getter
public class Trigger extends SqlTrigger {
    public Object inputFiles;
    public Property<List<String>> outputFiles;
    public Property<String> databaseUri;
    public Property<Boolean> outputDbFile = Property.ofValue(false);
    public Property<List<String>> communityExtensions;

    @Getter(AccessLevel.NONE)
    private transient DuckDbFiles files;

    @Builder
    public Trigger() {
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
    protected SqlResult look(RunContext runContext) throws Exception {
        files = new DuckDbFiles(runContext, url, databaseUri, true);
        return files.output(start(runContext, files.prepare(inputFiles, outputFiles)).query(), outputDbFile);
    }
}
