package io.kestra.plugin.jdbc.mysql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.CancellableWork;
import io.kestra.workbook.Properties;
import io.kestra.workbook.jdbc.JdbcBatch;
import io.kestra.workbook.jdbc.SqlBatch;
import java.util.Map;
import lombok.Builder;

/** Inserts the rows of an ION file. */
@Plugin
public class Batch extends JdbcBatch {
    private transient volatile CancellableWork work;

    @Builder
    public Batch() {
    }

    @Override
    public Outputs run(RunContext runContext) throws Exception {
        work = new CancellableWork();
        var properties = Properties.render(this, runContext, Map.of());
        return new Outputs(new SqlBatch(runContext, new MySql(false), properties, work).run());
    }

    @Override
    public void kill() {
        if (work != null) {
            work.cancel();
        }
    }
}
