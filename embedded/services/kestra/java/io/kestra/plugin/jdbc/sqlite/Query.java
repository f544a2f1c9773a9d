package io.kestra.plugin.jdbc.sqlite;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.JdbcQuery;
import io.kestra.workbook.jdbc.SqlFilesResult;
import java.util.Map;
import lombok.AccessLevel;
import lombok.Builder;
import lombok.Getter;

/** Runs one SQL statement on SQLite. */
@Plugin
@Getter
public class Query extends JdbcQuery {
    public Property<String> sqliteFile;
    public Property<Boolean> outputDbFile = Property.ofValue(false);

    @Getter(AccessLevel.NONE)
    private transient SqliteFiles files;

    @Builder
    public Query() {
        url = Property.ofValue(SqliteFiles.IN_MEMORY);
    }

    @Override
    protected Database database() {
        return new Sqlite();
    }

    @Override
    protected void adapt(Map<String, Object> properties) {
        properties.put("url", files.url());
    }

    @Override
    public SqlFilesResult run(RunContext runContext) throws Exception {
        files = new SqliteFiles(runContext, url, sqliteFile, outputDbFile);
        return files.output(start(runContext, files.prepare(outputFiles)).query());
    }
}
