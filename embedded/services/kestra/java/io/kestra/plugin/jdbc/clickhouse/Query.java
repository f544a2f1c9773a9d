package io.kestra.plugin.jdbc.clickhouse;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.jdbc.JdbcQuery;

/** Runs one SQL statement on ClickHouse. */
@Plugin
public class Query extends JdbcQuery {
}
