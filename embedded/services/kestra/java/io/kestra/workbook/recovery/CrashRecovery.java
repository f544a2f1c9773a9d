package io.kestra.workbook.recovery;

import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.flows.Concurrency;
import io.kestra.core.models.flows.Flow;
import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.models.flows.State;
import io.kestra.core.models.triggers.Trigger;
import io.kestra.core.queues.QueueException;
import io.kestra.core.queues.QueueFactoryInterface;
import io.kestra.core.queues.QueueInterface;
import io.kestra.core.repositories.ExecutionRepositoryInterface;
import io.kestra.core.repositories.FlowRepositoryInterface;
import io.kestra.core.repositories.TriggerRepositoryInterface;
import io.kestra.core.runners.ConcurrencyLimit;
import io.kestra.core.runners.SchedulerTriggerStateInterface;
import io.kestra.core.services.ExecutionService;
import io.kestra.jdbc.JooqDSLContextWrapper;
import io.kestra.jdbc.runner.AbstractJdbcConcurrencyLimitStorage;
import io.kestra.jdbc.runner.AbstractJdbcExecutionQueuedStorage;
import io.micronaut.context.ApplicationContext;
import io.micronaut.inject.qualifiers.Qualifiers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does at a start what the last process did not come to.
 *
 * <p>The executor stores an execution, and afterwards, in other transactions, sends what follows from its state: the
 * message that has it evaluated again, executions of flow triggers, the end of a subflow, the next queued execution, the
 * trigger set free. A process that is killed in between has stored the state, and what follows would never come: when
 * the message is delivered again, it finds nothing to change. Everything here can be done again without harm.
 */
public final class CrashRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(CrashRecovery.class);
    private static final String TENANT = "main";
    private static final String UNFINISHED = """
        SELECT "key" FROM executions
        WHERE NOT "deleted" AND "state_current" IN ('RUNNING', 'KILLING', 'RESTARTED')
        """;
    private static final String OF_FLOW = """
        SELECT "key" FROM executions
        WHERE NOT "deleted" AND "namespace" = ? AND "flow_id" = ?
          AND "state_current" NOT IN ('CREATED', 'QUEUED', 'SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED')
        """;
    private static final String QUEUED = "SELECT count(*) FROM execution_queued WHERE \"namespace\" = ? AND \"flow_id\" = ?";

    private final ApplicationContext context;
    private final ExecutionRepositoryInterface executions;
    private final FlowRepositoryInterface flows;
    private final ExecutionService executionService;
    private final QueueInterface<Execution> executionQueue;

    public CrashRecovery(ApplicationContext context) {
        this.context = context;
        executions = context.getBean(ExecutionRepositoryInterface.class);
        flows = context.getBean(FlowRepositoryInterface.class);
        executionService = context.getBean(ExecutionService.class);
        executionQueue = queue(context, QueueFactoryInterface.EXECUTION_NAMED);
    }

    /**
     * Do what is left to do, before the engine's services start.
     *
     * @param interrupted messages that were being processed when the last process ended.
     */
    public void recover(List<InterruptedMessage> interrupted) {
        var consequences = new Consequences(context);
        var unfinished = new LinkedHashSet<String>(); // one that was interrupted may be among those that run
        for (InterruptedMessage message : interrupted) {
            find(message.execution()).ifPresent(execution -> each("execution " + execution.getId(), () -> {
                FlowWithSource flow = flows.findByExecutionWithoutAcl(execution);
                if (!message.saysState(execution.getState().getCurrent())) {
                    consequences.startTriggeredFlows(execution);
                }
                if (executionService.isTerminated(flow, execution)) {
                    consequences.endSubflow(execution);
                }
                unfinished.add(execution.getId());
            }));
        }
        unfinished.addAll(keys(UNFINISHED));
        unfinished.forEach(id -> each("execution " + id, () -> evaluate(id)));
        context.getBean(TriggerRepositoryInterface.class).findAllForAllTenants().stream()
            .filter(trigger -> trigger.getExecutionId() != null)
            .forEach(trigger -> each("trigger " + trigger.uid(), () -> release(trigger)));
        context.getBean(AbstractJdbcConcurrencyLimitStorage.class).find(TENANT)
            .forEach(limit -> each("limit of " + limit.getFlowId(), () -> recount(limit)));
    }

    /** One that cannot be recovered keeps no other from it. */
    private static void each(String what, Recovery recovery) {
        try {
            recovery.run();
        } catch (QueueException | RuntimeException problem) {
            LOG.warn("What an earlier process left of {} is not finished", what, problem);
        }
    }

    /** Have the executor look at an execution again. */
    private void evaluate(String id) throws QueueException {
        Optional<Execution> execution = find(id);
        if (execution.isPresent()) {
            executionQueue.emitOnly(null, execution.get());
        }
    }

    /** A trigger waits for its execution, which has ended: let it go on. */
    private void release(Trigger trigger) {
        find(trigger.getExecutionId()).ifPresent(execution -> {
            FlowWithSource flow = flows.findByExecutionWithoutAcl(execution);
            if (executionService.isTerminated(flow, execution)) {
                Trigger released = executionService.resetExecution(flow, execution, trigger);
                context.getBean(SchedulerTriggerStateInterface.class).update(released);
            }
        });
    }

    /** Count the executions of a flow with a limit, and start queued ones that it has room for. */
    private void recount(ConcurrencyLimit limit) {
        Concurrency concurrency = flows.findByIdWithoutAcl(TENANT, limit.getNamespace(), limit.getFlowId(), Optional.empty())
            .map(Flow::getConcurrency)
            .orElse(null);
        if (concurrency == null) {
            return;
        }
        var limits = context.getBean(AbstractJdbcConcurrencyLimitStorage.class);
        int running = (int) keys(OF_FLOW, limit.getNamespace(), limit.getFlowId()).stream()
            .filter(id -> find(id).filter(CrashRecovery::isCounted).isPresent())
            .count();
        if (running != limit.getRunning()) {
            LOG.warn("{} executions of {} were counted as running, {} run", limit.getRunning(), limit.getFlowId(), running);
            limits.update(limit.withRunning(running));
        }
        int room = Math.min(concurrency.getLimit() - running, queued(limit));
        for (int i = 0; i < room; i++) {
            startQueued(limits, limit.withRunning(running + i));
        }
    }

    /** As the executor does at an execution's end. It counts that one out first. */
    private void startQueued(AbstractJdbcConcurrencyLimitStorage limits, ConcurrencyLimit limit) {
        var flow = flows.findByIdWithSourceWithoutAcl(TENANT, limit.getNamespace(), limit.getFlowId(), Optional.empty()).orElseThrow();
        limits.update(limit.withRunning(limit.getRunning() + 1));
        limits.decrementAndPop(flow, context.getBean(AbstractJdbcExecutionQueuedStorage.class), (database, queued) -> {
            try {
                executionQueue.emit(queued.withState(State.Type.RUNNING));
            } catch (QueueException problem) {
                throw new IllegalStateException(problem);
            }
        });
    }

    /** Whether the executor has counted an execution that has not ended. */
    private static boolean isCounted(Execution execution) {
        return !execution.getState().failedThenRestarted()
            && execution.getState().getHistories().stream().anyMatch(history -> history.getState().onlyRunning());
    }

    private int queued(ConcurrencyLimit limit) {
        return database().transactionResult(configuration ->
            DSL.using(configuration).fetchOne(QUEUED, limit.getNamespace(), limit.getFlowId()).get(0, int.class));
    }

    private Optional<Execution> find(String id) {
        return executions.findByIdWithoutAcl(TENANT, id);
    }

    private List<String> keys(String query, Object... values) {
        return database().transactionResult(configuration -> {
            DSLContext database = DSL.using(configuration);
            return database.fetch(query, values).map(row -> row.get(0, String.class));
        });
    }

    private JooqDSLContextWrapper database() {
        return context.getBean(JooqDSLContextWrapper.class);
    }

    @SuppressWarnings("unchecked")
    static <T> QueueInterface<T> queue(ApplicationContext context, String name) {
        return context.getBean(QueueInterface.class, Qualifiers.byName(name));
    }

    @FunctionalInterface
    private interface Recovery {
        void run() throws QueueException;
    }
}
