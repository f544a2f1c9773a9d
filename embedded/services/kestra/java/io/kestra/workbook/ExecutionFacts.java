package io.kestra.workbook;

import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.plugins.notifications.ExecutionInterface;
import io.kestra.core.plugins.notifications.ExecutionService;
import io.kestra.core.runners.RunContext;
import java.net.URI;
import java.time.Instant;
import java.util.Map;

/** What a notification tells of an execution. */
public final class ExecutionFacts {
    private final Map<String, Object> facts;

    private ExecutionFacts(Map<String, Object> facts) {
        this.facts = facts;
    }

    /** Of the execution that a task names; waits until it has ended, unless it is the task's own. */
    public static ExecutionFacts of(RunContext runContext, ExecutionInterface task) throws Exception {
        return new ExecutionFacts(ExecutionService.executionMap(runContext, task));
    }

    /** A property of the execution, such as {@code id}. */
    public String of(String name) {
        return String.valueOf(execution().get(name));
    }

    public String state() {
        return execution().get("state") instanceof Map<?, ?> state ? String.valueOf(state.get("current")) : "";
    }

    /** Where the user interface shows it; null if there is none. */
    public String link() {
        return facts.get("link") instanceof URI link ? link.toString() : null;
    }

    public Instant start() {
        return (Instant) facts.get("startDate");
    }

    /** How it ended, and how long it took. */
    public String summary(String quote) {
        String end = facts.get("firstFailed") instanceof TaskRun failed
            ? "Failed on task " + quote + failed.getTaskId() + quote
            : "Succeeded";
        return end + " after " + facts.get("duration");
    }

    /** The last task run that decided on the state; null if there was none. */
    public String lastTask() {
        return facts.get("lastTask") instanceof TaskRun last ? last.getTaskId() : null;
    }

    /** The flow's own words; null if there are none. */
    public String message() {
        return (String) facts.get("customMessage");
    }

    /** The fields that the flow adds. */
    public Map<?, ?> fields() {
        return facts.get("customFields") instanceof Map<?, ?> fields ? fields : Map.of();
    }

    private Map<?, ?> execution() {
        return (Map<?, ?>) facts.get("execution");
    }
}
