package io.kestra.plugin.jdbc.clickhouse;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.JdbcQuery;
import lombok.Builder;

/** Runs one SQL statement on ClickHouse. */
@Plugin
public class Query extends JdbcQuery {
    @Builder
    public Query() {
    }

    @Override
    protected Database database() {
        return new ClickHouse();
    }
}
