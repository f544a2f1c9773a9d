package io.kestra.workbook;

import io.kestra.core.models.triggers.TriggerContext;
import io.kestra.core.repositories.ExecutionRepositoryInterface;
import io.kestra.core.runners.DefaultRunContext;
import io.kestra.core.runners.RunContext;
import io.kestra.jdbc.JooqDSLContextWrapper;
import io.kestra.workbook.database.GroupCommit;
import org.jooq.impl.DSL;

/** An evaluation of a trigger: its flow and trigger, and the state of the executions that it requested. */
public final class TriggerRun {
    /** An execution is on its way when it waits in a queue, or the scheduler has not yet taken up the wish for it. */
    private static final String ON_ITS_WAY = """
        SELECT 1 FROM queues
        WHERE "type" = 'io.kestra.core.models.executions.Execution' AND "key" = ?
           OR "type" = 'io.kestra.core.runners.WorkerTriggerResult' AND LOCATE(?, "value") > 0
              AND ("consumers" IS NULL OR NOT ARRAY_CONTAINS("consumers", 'scheduler'))
        LIMIT 1
        """;

    private final RunContext runContext;
    private final TriggerContext context;

    TriggerRun(RunContext runContext, TriggerContext context) {
        this.runContext = runContext;
        this.context = context;
    }

    public String namespace() {
        return context.getNamespace();
    }

    public String flow() {
        return context.getFlowId();
    }

    public String trigger() {
        return context.getTriggerId();
    }

    /** The id of the execution that this evaluation may start. */
    public String execution() {
        return runContext.getTriggerExecutionId();
    }

    /** Whether an execution exists, existed, or will exist without anybody's doing, whatever becomes of the process. */
    public boolean isKnown(String execution) {
        boolean isKnown = isStored(execution);
        if (isKnown) {
            GroupCommit.flush();
        }
        return isKnown;
    }

    private boolean isStored(String execution) {
        // On its way first: what leaves the queue between the two questions is found by the second.
        var beans = ((DefaultRunContext) runContext).getApplicationContext();
        return isOnItsWay(beans.getBean(JooqDSLContextWrapper.class), execution)
            || beans.getBean(ExecutionRepositoryInterface.class).findById(context.getTenantId(), execution, true).isPresent();
    }

    private static boolean isOnItsWay(JooqDSLContextWrapper database, String execution) {
        return database.transactionResult(
            configuration -> !DSL.using(configuration).resultQuery(ON_ITS_WAY, execution, execution).fetch().isEmpty()
        );
    }
}
