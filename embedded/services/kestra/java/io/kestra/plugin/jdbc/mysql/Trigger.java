package io.kestra.plugin.jdbc.mysql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.SqlTrigger;
import lombok.Builder;

/** Starts an execution when a query on MySQL returns rows. */
@Plugin
public class Trigger extends SqlTrigger {
    @Builder
    public Trigger() {
    }

    @Override
    protected Database database() {
        return new MySql(false);
    }
}
