package io.kestra.plugin.jdbc.sqlite;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.SqlResult;
import io.kestra.workbook.jdbc.SqlTrigger;
import java.util.Map;
import lombok.AccessLevel;
import lombok.Builder;
import lombok.Getter;

/** Starts an execution when a query on SQLite returns rows. */
@Plugin
@Getter
public class Trigger extends SqlTrigger {
    public Property<String> sqliteFile;
    public Property<Boolean> outputDbFile = Property.ofValue(false);

    @Getter(AccessLevel.NONE)
    private transient SqliteFiles files;

    @Builder
    public Trigger() {
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
    protected SqlResult look(RunContext runContext) throws Exception {
        files = new SqliteFiles(runContext, url, sqliteFile, outputDbFile);
        return files.output(start(runContext, files.prepare(null)).query());
    }
}
