package io.kestra.worker;

import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.models.flows.State;
import io.kestra.core.models.tasks.Output;
import io.kestra.workbook.limits.Texts;
import io.micronaut.context.ApplicationContext;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Fails a task that asked for what the engine's database cannot hold, after its run: names and tags of metrics, and
 * texts in its outputs. Does not begin one whose execution was killed: the worker looks for that before it can be
 * reached by a kill, and what is killed in between would keep its thread until its end. It stands in the engine's
 * package, as the engine lets nobody else see a task's outputs here.
 */
public final class TaskGuard extends WorkerSecurityService {
    private final ApplicationContext context;
    private final Field killed;

    public TaskGuard(ApplicationContext context) {
        this.context = context;
        try {
            killed = DefaultWorker.class.getDeclaredField("killedExecution");
            killed.setAccessible(true);
        } catch (NoSuchFieldException another) {
            throw new IllegalStateException("The worker keeps killed executions elsewhere: look there", another);
        }
    }

    @Override
    public State.Type callInSecurityContext(AbstractWorkerCallable callable) {
        if (callable instanceof WorkerTaskCallable task && isKilled(task.getWorkerTask().getTaskRun())) {
            return State.Type.KILLED;
        }
        State.Type state = super.callInSecurityContext(callable);
        if (!(callable instanceof WorkerTaskCallable task)) {
            return state;
        }
        String problem = problemOf(task);
        if (problem == null) {
            return state;
        }
        task.runContext.logger().error(problem);
        return state == State.Type.SUCCESS || state == State.Type.WARNING ? State.Type.FAILED : state;
    }

    /** As the worker itself looks: what comes after the execution runs although it was killed. */
    private boolean isKilled(TaskRun taskRun) {
        try {
            return !Boolean.TRUE.equals(taskRun.getForceExecution())
                && ((Set<?>) killed.get(context.getBean(DefaultWorker.class))).contains(taskRun.getExecutionId());
        } catch (IllegalAccessException never) {
            throw new IllegalStateException(never);
        }
    }

    private static String problemOf(WorkerTaskCallable task) {
        String problem = null;
        var metrics = task.runContext.metrics().iterator();
        while (metrics.hasNext()) {
            var metric = metrics.next();
            Map<String, String> tags = metric.getTags() == null ? Map.of() : new TreeMap<>(metric.getTags());
            String wrong = Texts.problemOf(metric.getName(), tags);
            if (wrong != null) {
                problem = wrong;
                metrics.remove();
            }
        }
        String path = task.taskOutput == null ? null : Texts.invalidText(outputs(task.taskOutput), "");
        if (path == null) {
            return problem;
        }
        task.taskOutput = null;
        return "The output '%s' is no valid Unicode text: it holds half of a surrogate pair. Encode it, as Base64 for instance"
            .formatted(path);
    }

    private static Map<String, Object> outputs(Output output) {
        try {
            return output.toMap();
        } catch (RuntimeException noMap) {
            return Map.of(); // the engine says what is wrong with it
        }
    }
}
