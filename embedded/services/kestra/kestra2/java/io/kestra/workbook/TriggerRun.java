package io.kestra.workbook;

import io.kestra.core.models.triggers.TriggerContext;
import io.kestra.core.runners.RunContext;
import java.util.function.Predicate;

/** An evaluation of a trigger on Kestra 2.0: its flow and trigger, and the state of the executions that it requested. */
public final class TriggerRun {
    /** Whether an execution is stored, or was. Set when the engine starts: workers of 2.0 reach no database. */
    public static volatile Predicate<String> stored = execution -> false;

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

    /** Whether an execution exists, or existed. A trigger is asked again only when the one that it started has ended. */
    public boolean isKnown(String execution) {
        return stored.test(execution);
    }
}
