package io.kestra.workbook.jdbc;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.kestra.core.models.conditions.ConditionContext;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.common.FetchType;
import io.kestra.core.models.triggers.AbstractTrigger;
import io.kestra.core.models.triggers.PollingTriggerInterface;
import io.kestra.core.models.triggers.TriggerContext;
import io.kestra.core.models.triggers.TriggerOutput;
import io.kestra.core.models.triggers.TriggerService;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.CancellableWork;
import io.kestra.workbook.Properties;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import lombok.AccessLevel;
import lombok.Getter;

/** A trigger that starts an execution when a query returns rows. */
@Getter
public abstract class SqlTrigger extends AbstractTrigger implements PollingTriggerInterface, TriggerOutput<SqlResult> {
    public Duration interval = Duration.ofSeconds(60);
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
    @NotNull
    public Property<FetchType> fetchType = Property.ofValue(FetchType.FETCH);
    public Property<Integer> fetchSize = Property.ofValue(10000);
    /** Older names of the fetch types. */
    public boolean fetch;
    public boolean fetchOne;
    public boolean store;

    @Getter(AccessLevel.NONE)
    private transient volatile CancellableWork work;

    protected abstract Database database();

    /** A trigger without a result would never fire. An expression is looked at when it is rendered. */
    @JsonIgnore
    @AssertTrue(message = "fetchType NONE is not valid for triggers. Use FETCH, FETCH_ONE, or STORE.")
    boolean isFetchTypeValid() {
        return fetchType == null || !FetchType.NONE.name().equalsIgnoreCase(fetchType.toString());
    }

    @Override
    public Optional<Execution> evaluate(ConditionContext conditions, TriggerContext context) throws Exception {
        SqlResult result = look(conditions.getRunContext());
        return result.getSize() == null || result.getSize() == 0
            ? Optional.empty()
            : Optional.of(TriggerService.generateExecution(this, conditions, context, result));
    }

    /** Runs the query. */
    protected SqlResult look(RunContext runContext) throws Exception {
        return start(runContext, Map.of()).query();
    }

    /** The run of the query, with further variables for the properties. */
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
