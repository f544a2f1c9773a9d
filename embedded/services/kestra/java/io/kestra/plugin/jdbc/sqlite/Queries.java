package io.kestra.plugin.jdbc.sqlite;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.JdbcQueries;
import io.kestra.workbook.jdbc.SqlFilesResults;
import io.kestra.workbook.jdbc.SqlResults;
import java.util.Map;
import lombok.AccessLevel;
import lombok.Builder;
import lombok.Getter;

/** Runs several SQL statements on SQLite. */
@Plugin
@Getter
public class Queries extends JdbcQueries {
    public Property<String> sqliteFile;
    public Property<Boolean> outputDbFile = Property.ofValue(false);

    @Getter(AccessLevel.NONE)
    private transient SqliteFiles files;

    @Builder
    public Queries() {
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
    public SqlFilesResults run(RunContext runContext) throws Exception {
        files = new SqliteFiles(runContext, url, sqliteFile, outputDbFile);
        SqlResults results = start(runContext, files.prepare(outputFiles)).queries();
        return SqlFilesResults.builder()
            .outputs(results.getOutputs())
            .outputFiles(files.store())
            .databaseUri(files.storeDatabase())
            .build();
    }
}
