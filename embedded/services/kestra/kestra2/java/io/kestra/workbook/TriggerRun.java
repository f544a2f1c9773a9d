package io.kestra.workbook;

import io.kestra.core.models.triggers.TriggerContext;
import io.kestra.core.runners.RunContext;

/** An evaluation of a trigger on Kestra 2.0, whose workers reach no database: what a trigger requested is not known. */
public final class TriggerRun {
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

    /** Whether an execution exists, existed, or will exist without anybody's doing. */
    public boolean isKnown(String execution) {
        throw new UnsupportedOperationException("This trigger is validated on Kestra 2.0 and not evaluated there.");
    }
}
