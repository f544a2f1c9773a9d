package io.kestra.plugin.jdbc.clickhouse;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.jdbc.JdbcQueries;

/** Runs several SQL statements on ClickHouse. */
@Plugin
public class Queries extends JdbcQueries {
}
