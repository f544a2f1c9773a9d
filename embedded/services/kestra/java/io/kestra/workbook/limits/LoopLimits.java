package io.kestra.workbook.limits;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.kestra.core.exceptions.IllegalVariableEvaluationException;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.models.flows.FlowInterface;
import io.kestra.core.models.flows.State;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.ResolvedTask;
import io.kestra.core.models.tasks.Task;
import io.kestra.core.runners.FlowMetaStoreInterface;
import io.kestra.core.runners.FlowableUtils;
import io.kestra.core.runners.RunContext;
import io.kestra.core.runners.RunContextFactory;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.core.services.PluginDefaultService;
import io.kestra.plugin.core.flow.EachParallel;
import io.kestra.plugin.core.flow.EachSequential;
import io.kestra.plugin.core.flow.ForEach;
import io.micronaut.context.ApplicationContext;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * How many values a {@code ForEach} may have, and the loops that it replaced. An execution is one row, which is written
 * again at each step of each of its task runs: its cost grows with the square of their number.
 */
public final class LoopLimits {
    /** Values of one loop. */
    public static final int VALUES = 1000;
    /** Values of one loop whose tasks run at the same time. */
    public static final int VALUES_AT_ONCE = 200;
    /** Task runs of one execution: loops in loops multiply. */
    public static final int TASK_RUNS = 5000;

    private LoopLimits() {
    }

    /**
     * A task that runs its tasks once for each of its values.
     *
     * @param property the name of the one that has the values.
     * @param limit how many at once; null and 0 are all.
     * @param limitProperty the name of the one that says so.
     */
    record Loop(String id, String property, Object values, Integer limit, String limitProperty, List<Task> tasks) {
        /** A task as a loop; null if it is none. */
        static Loop of(Task task) {
            return switch (task) {
                case ForEach each -> new Loop(
                    each.getId(), "values", each.getValues(), each.getConcurrencyLimit(), "concurrencyLimit",
                    each.getTasks());
                case EachParallel each -> new Loop(
                    each.getId(), "value", each.getValue(), literal(each.getConcurrent()), "concurrent",
                    each.getTasks());
                case EachSequential each -> new Loop(each.getId(), "value", each.getValue(), 1, "", each.getTasks());
                default -> null;
            };
        }

        /** An expression is taken for a limit, as it is not rendered here. */
        private static Integer literal(Property<Integer> limit) {
            String text = String.valueOf(limit);
            return text.matches("\\d{1,9}") ? Integer.valueOf(text) : limit == null ? null : Integer.valueOf(1);
        }
    }

    /** Why a loop with so many values cannot be carried; null if it can. */
    static String problemOf(int count, Loop loop) {
        Integer concurrencyLimit = loop.limit();
        if (count > VALUES) {
            return ("are %d, and %d are the most that a loop carries here; give each part of them to a subflow, as "
                + "ForEachItem does with a file").formatted(count, VALUES);
        }
        boolean isUnlimited = concurrencyLimit == null || concurrencyLimit == 0;
        int atOnce = isUnlimited ? count : Math.min(count, concurrencyLimit);
        if (atOnce > VALUES_AT_ONCE) {
            return "would run %d at once, and %d are the most here; set %s to %d or less"
                .formatted(atOnce, VALUES_AT_ONCE, loop.limitProperty(), VALUES_AT_ONCE);
        }
        return null;
    }

    /** The number of different values that stand in a flow's text; 0 if an expression gives them. */
    static int countOf(Object values) {
        if (values instanceof Collection<?> items) {
            return new HashSet<>(items).size();
        }
        if (values instanceof String text && !text.contains("{{") && !text.contains("{%")) {
            try {
                JsonNode parsed = JacksonMapper.ofJson().readTree(text);
                var different = new HashSet<JsonNode>();
                parsed.forEach(different::add);
                return different.size();
            } catch (JsonProcessingException noList) {
                return 0; // the engine says so
            }
        }
        return 0;
    }

    /**
     * Why an execution cannot go on: a loop in it is about to begin and has too many values, one of its values is no text
     * that can be stored (the loop would begin with it again and again), or its task runs are too many. Null if it can.
     */
    public static String problemOf(Execution execution, ApplicationContext context) {
        State state = execution.getState();
        if (execution.getTaskRunList() == null || state.isTerminated() || state.getCurrent() == State.Type.KILLING) {
            return null;
        }
        int count = execution.getTaskRunList().size();
        if (count > TASK_RUNS) {
            return "The execution has %d task runs, and %d are the most that one carries here; give parts of it to subflows"
                .formatted(count, TASK_RUNS);
        }
        List<TaskRun> created = execution.getTaskRunList().stream()
            .filter(run -> run.getState().getCurrent() == State.Type.CREATED)
            .toList();
        return created.isEmpty() ? null : problemOf(execution, created, context);
    }

    private static String problemOf(Execution execution, List<TaskRun> created, ApplicationContext context) {
        FlowInterface stored = context.getBean(FlowMetaStoreInterface.class).findByExecution(execution).orElse(null);
        if (stored == null || stored.getSource() != null && !stored.getSource().contains("Each")) {
            return null;
        }
        var flow = context.getBean(PluginDefaultService.class).injectDefaults(stored, execution);
        var loops = new HashMap<String, Optional<Task>>();
        for (TaskRun run : created) {
            Optional<Task> loop = loops.computeIfAbsent(run.getTaskId(), id ->
                Optional.ofNullable(flow.findTaskByTaskIdOrNull(id)).filter(task -> Loop.of(task) != null));
            if (loop.isPresent()) {
                var variables = context.getBean(RunContextFactory.class).of(flow, loop.get(), execution, run);
                String problem = problemOf(run, loop.get(), variables);
                if (problem != null) {
                    return problem;
                }
            }
        }
        return null;
    }

    private static String problemOf(TaskRun run, Task task, RunContext variables) {
        Loop loop = Loop.of(task);
        try {
            var children = FlowableUtils.resolveEachTasks(variables, run, loop.tasks(), loop.values());
            boolean isUnicode = children.stream().map(ResolvedTask::getValue).allMatch(Texts::isUnicode);
            int count = children.size() / Math.max(1, loop.tasks().size());
            String problem = isUnicode
                ? problemOf(count, loop)
                : "are no valid Unicode texts: one holds half of a surrogate pair";
            String kind = task.getClass().getSimpleName();
            return problem == null ? null : "The values of the %s '%s' %s".formatted(kind, loop.id(), problem);
        } catch (IllegalVariableEvaluationException unrenderable) {
            return null; // the engine says so, in the state in which it renders them
        }
    }
}
