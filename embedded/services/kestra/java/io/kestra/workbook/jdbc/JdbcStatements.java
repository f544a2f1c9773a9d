package io.kestra.workbook.jdbc;

import io.kestra.core.models.WorkerJobLifecycle;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.Task;
import io.kestra.core.models.tasks.common.FetchType;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.CancellableWork;
import io.kestra.workbook.Properties;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import java.util.Map;
import lombok.AccessLevel;
import lombok.Getter;

/** Properties of a task that runs SQL statements through the database's own driver. */
@Getter
public abstract class JdbcStatements extends Task implements WorkerJobLifecycle {
    @NotNull
    public Property<String> url;
    public Property<String> username;
    public Property<String> password;
    public Property<String> timeZoneId;
    public Property<Boolean> connectionPooling = Property.ofValue(true);
    public Property<Integer> connectionPoolSize = Property.ofValue(10);
    @NotNull
    public Property<String> sql;
    public Property<String> afterSQL;
    public Property<Map<String, Object>> parameters;
    public Property<FetchType> fetchType = Property.ofValue(FetchType.NONE);
    public Property<Integer> fetchSize = Property.ofValue(10000);
    public Property<List<String>> outputFiles;
    /** Older names of the fetch types. */
    public boolean fetch;
    public boolean fetchOne;
    public boolean store;

    @Getter(AccessLevel.NONE)
    private transient volatile CancellableWork work;

    protected abstract Database database();

    /** The run of the statements, with further variables for the properties. */
    protected final SqlRun start(RunContext runContext, Map<String, Object> variables) throws Exception {
        Map<String, Object> properties = Properties.render(this, runContext, variables);
        adapt(properties);
        work = new CancellableWork();
        return new SqlRun(runContext, database(), properties, work);
    }

    /** Changes rendered properties before the run. */
    protected void adapt(Map<String, Object> properties) {
    }

    @Override
    public void kill() {
        if (work != null) {
            work.cancel();
        }
    }
}
