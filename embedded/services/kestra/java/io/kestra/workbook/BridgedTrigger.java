package io.kestra.workbook;

import io.kestra.core.models.Label;
import io.kestra.core.models.conditions.ConditionContext;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.triggers.AbstractTrigger;
import io.kestra.core.models.triggers.PollingTriggerInterface;
import io.kestra.core.models.triggers.TriggerContext;
import io.kestra.core.models.triggers.TriggerOutput;
import io.kestra.core.models.triggers.TriggerService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import lombok.AccessLevel;
import lombok.Getter;

/**
 * A trigger that looks again and again, with a Python body. The body's outputs become the execution's
 * {@code trigger} variables; a trigger starts nothing while {@link #isFound} says no.
 */
@Getter
public abstract class BridgedTrigger extends AbstractTrigger
    implements PollingTriggerInterface, TriggerOutput<BridgedTask.Outputs> {
    /** The output by which a body chooses the id of the execution, such as one that it requested before. */
    private static final String EXECUTION = "@execution";

    public Duration interval = Duration.ofSeconds(60);

    @Getter(AccessLevel.NONE)
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
        var run = new TriggerRun(runContext, context);
        call = new TaskCall(getType(), Properties.render(this, runContext, Map.of()), runContext, run);
        var outputs = new LinkedHashMap<>(call.execute());
        var wanted = outputs.remove(EXECUTION);
        if (!isFound(outputs)) {
            return Optional.empty();
        }
        var execution = TriggerService.generateExecution(this, conditions, context, outputs);
        return Optional.of(wanted == null ? execution : renamed(execution, wanted.toString()));
    }

    /** The execution under another id, which it is also traced by. */
    private static Execution renamed(Execution execution, String id) {
        var labels = execution.getLabels().stream()
            .map(label -> label.value().equals(execution.getId()) ? new Label(label.key(), id) : label)
            .collect(Collectors.toCollection(ArrayList::new));
        return execution.toBuilder().id(id).labels(labels).build();
    }

    @Override
    public void kill() {
        if (call != null) {
            call.cancel();
        }
    }
}
