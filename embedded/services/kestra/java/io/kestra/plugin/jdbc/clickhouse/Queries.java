package io.kestra.plugin.jdbc.clickhouse;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.JdbcQueries;
import lombok.Builder;

/** Runs several SQL statements on ClickHouse. */
@Plugin
public class Queries extends JdbcQueries {
    @Builder
    public Queries() {
    }

    @Override
    protected Database database() {
        return new ClickHouse();
    }
}
