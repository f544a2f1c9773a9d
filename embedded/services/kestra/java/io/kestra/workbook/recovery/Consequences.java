package io.kestra.workbook.recovery;

import io.kestra.core.models.conditions.Condition;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.queues.QueueException;
import io.kestra.core.queues.QueueFactoryInterface;
import io.kestra.core.queues.QueueInterface;
import io.kestra.core.repositories.FlowRepositoryInterface;
import io.kestra.core.runners.ExecutableUtils;
import io.kestra.core.runners.MultipleConditionEvent;
import io.kestra.core.runners.SubflowExecutionEnd;
import io.kestra.core.services.VariablesService;
import io.kestra.core.storages.StorageContext;
import io.kestra.core.utils.ListUtils;
import io.kestra.executor.FlowTriggerService;
import io.kestra.jdbc.JooqDSLContextWrapper;
import io.kestra.plugin.core.condition.MultipleCondition;
import io.kestra.plugin.core.trigger.Flow;
import io.micronaut.context.ApplicationContext;
import java.util.List;
import java.util.Map;
import org.jooq.impl.DSL;

/** What the executor sends to others when an execution has reached a state: sent again, unless it is there. */
final class Consequences {
    private static final String STARTED = """
        SELECT count(*) FROM executions
        WHERE NOT "deleted" AND "tenant_id" = ? AND "trigger_execution_id" = ? AND "namespace" = ? AND "flow_id" = ?
          AND LOCATE(?, "value") > 0 AND LOCATE(?, "value") > 0
        """;
    private static final String SENT = "SELECT count(*) FROM queues WHERE \"type\" = ? AND \"key\" = ? AND LOCATE(?, \"value\") > 0";

    private final ApplicationContext context;
    private final FlowTriggerService flowTriggers;
    private final QueueInterface<Execution> executionQueue;
    private final QueueInterface<MultipleConditionEvent> eventQueue;
    private final QueueInterface<SubflowExecutionEnd> subflowEndQueue;

    Consequences(ApplicationContext context) {
        this.context = context;
        flowTriggers = context.getBean(FlowTriggerService.class);
        executionQueue = CrashRecovery.queue(context, QueueFactoryInterface.EXECUTION_NAMED);
        eventQueue = CrashRecovery.queue(context, QueueFactoryInterface.MULTIPLE_CONDITION_EVENT_NAMED);
        subflowEndQueue = CrashRecovery.queue(context, QueueFactoryInterface.SUBFLOWEXECUTIONEND_NAMED);
    }

    /** Start the executions of flow triggers that listen to the execution's present state. */
    void startTriggeredFlows(Execution execution) throws QueueException {
        List<FlowWithSource> flows = context.getBean(FlowRepositoryInterface.class).findAllWithSourceForAllTenants();
        for (FlowWithSource flow : flows) {
            for (Execution started : flowTriggers.computeExecutionsFromFlowTriggerConditions(execution, flow)) {
                if (!isStarted(execution, started)) {
                    executionQueue.emit(started);
                }
            }
            if (flowTriggers.flowTriggers(flow).anyMatch(Consequences::waitsForSeveral)) {
                eventQueue.emit(new MultipleConditionEvent(flow, execution));
            }
        }
    }

    private static boolean waitsForSeveral(Flow trigger) {
        List<Condition> conditions = ListUtils.emptyOnNull(trigger.getConditions());
        return trigger.getPreconditions() != null || conditions.stream().anyMatch(MultipleCondition.class::isInstance);
    }

    private boolean isStarted(Execution by, Execution started) {
        return count(
            STARTED, started.getTenantId(), by.getId(), started.getNamespace(), started.getFlowId(),
            "\"id\":\"" + started.getTrigger().getId() + "\"", "\"state\":\"" + by.getState().getCurrent() + "\"") > 0;
    }

    /** Send the end of a subflow to the execution that started it. */
    @SuppressWarnings("unchecked")
    void endSubflow(Execution execution) throws QueueException {
        if (!ExecutableUtils.isSubflow(execution)) {
            return;
        }
        Map<String, Object> parent = execution.getTrigger().getVariables();
        String id = "\"id\":\"" + execution.getId() + "\"";
        if (count(SENT, SubflowExecutionEnd.class.getName(), parent.get("executionId"), id) > 0) {
            return;
        }
        var outputs = context.getBean(VariablesService.class).of(
            StorageContext.forExecution(execution), (Map<String, Object>) parent.get("taskRunOutputs"));
        subflowEndQueue.emit(new SubflowExecutionEnd(
            execution, (String) parent.get("executionId"), (String) parent.get("taskRunId"), (String) parent.get("taskId"),
            execution.getState().getCurrent(), outputs));
    }

    private int count(String query, Object... values) {
        return context.getBean(JooqDSLContextWrapper.class).transactionResult(configuration ->
            DSL.using(configuration).fetchOne(query, values).get(0, int.class));
    }
}
