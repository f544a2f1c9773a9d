package io.kestra.plugin.jdbc.clickhouse;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.jdbc.JdbcBatch;
import lombok.Builder;

/** Inserts the rows of an ION file. */
@Plugin
public class BulkInsert extends JdbcBatch {
    @Builder
    public BulkInsert() {
    }
}
