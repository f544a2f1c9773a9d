package io.kestra.workbook;

import io.kestra.core.models.conditions.ConditionContext;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.triggers.AbstractTrigger;
import io.kestra.core.models.triggers.PollingTriggerInterface;
import io.kestra.core.models.triggers.TriggerContext;
import io.kestra.core.models.triggers.TriggerOutput;
import io.kestra.core.models.triggers.TriggerService;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A trigger that looks again and again, with a Python body. The body's outputs become the execution's
 * {@code trigger} variables; a trigger starts nothing while {@link #isFound} says no.
 */
public abstract class BridgedTrigger extends AbstractTrigger
    implements PollingTriggerInterface, TriggerOutput<BridgedTask.Outputs> {
    public Duration interval = Duration.ofSeconds(60);

    private transient volatile TaskCall call;

    @Override
    public Duration getInterval() {
        return interval;
    }

    /** Whether these outputs are a reason for an execution. */
    protected abstract boolean isFound(Map<String, Object> outputs);

    @Override
    public Optional<Execution> evaluate(ConditionContext conditions, TriggerContext context) throws Exception {
        var runContext = conditions.getRunContext();
        call = new TaskCall(getType(), Properties.render(this, runContext, Map.of()), runContext);
        Map<String, Object> outputs = call.execute();
        return isFound(outputs)
            ? Optional.of(TriggerService.generateExecution(this, conditions, context, outputs))
            : Optional.empty();
    }

    @Override
    public void kill() {
        if (call != null) {
            call.cancel();
        }
    }
}
