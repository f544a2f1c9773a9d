package io.kestra.plugin.dbt.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.models.executions.TaskRunAttempt;
import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.models.flows.State;
import io.kestra.core.runners.DynamicTaskRunLog;
import io.kestra.core.runners.RunContext;
import io.kestra.core.runners.WorkerTaskResult;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.core.utils.IdUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.event.Level;

/**
 * Turns dbt's run_results.json into task runs below the task's own: one for each model, seed and test, with its state,
 * its times and its own log lines, so that a Gantt chart shows what took how long and what failed.
 */
final class RunResults {
    private static final Map<String, String> COUNTERS = Map.of(
        "rows_affected", "rows.affected", "bytes_processed", "bytes.processed");

    private RunResults() {
    }

    static void emit(RunContext runContext, Path file) throws Exception {
        for (JsonNode result : JacksonMapper.ofJson().readTree(Files.readString(file)).path("results")) {
            count(runContext, result.path("adapter_response"));
            State state = state(result);
            TaskRun taskRun = TaskRun.builder()
                .id(IdUtils.create())
                .tenantId(runContext.flowInfo().tenantId())
                .namespace(runContext.flowInfo().namespace())
                .flowId(runContext.flowInfo().id())
                .executionId(runContext.taskRunInfo().executionId())
                .parentTaskRunId(runContext.taskRunInfo().taskRunId())
                .taskId(result.path("unique_id").asText())
                .dynamic(true)
                .state(state)
                .attempts(List.of(TaskRunAttempt.builder().state(state).build()))
                .build();
            runContext.dynamicWorkerResult(WorkerTaskResult.builder().taskRun(taskRun).build(), log(result, state));
        }
    }

    private static void count(RunContext runContext, JsonNode response) {
        COUNTERS.forEach((name, metric) -> {
            double value = response.path(name).asDouble(-1); // an adapter that does not know says -1
            if (value >= 0) {
                runContext.metric(Counter.of(metric, value));
            }
        });
    }

    private static State state(JsonNode result) {
        State.Type type = switch (result.path("status").asText()) {
            case "success", "pass", "no-op" -> State.Type.SUCCESS;
            case "warn" -> State.Type.WARNING;
            case "skipped" -> State.Type.SKIPPED;
            default -> State.Type.FAILED;
        };
        var steps = new ArrayList<State.History>();
        var timing = result.path("timing");
        for (JsonNode step : timing) {
            boolean executes = step.path("name").asText().equals("execute");
            Instant started = Instant.parse(step.path("started_at").asText());
            steps.add(new State.History(executes ? State.Type.RUNNING : State.Type.CREATED, started));
        }
        steps.sort(Comparator.comparing(State.History::getDate));
        Instant end = timing.isEmpty()
            ? Instant.now()
            : Instant.parse(timing.path(timing.size() - 1).path("completed_at").asText());
        if (steps.isEmpty()) { // what was skipped has no times
            steps.add(new State.History(State.Type.CREATED, end));
        }
        steps.add(new State.History(type, end));
        return State.of(type, steps);
    }

    private static List<DynamicTaskRunLog> log(JsonNode result, State state) {
        Level level = switch (state.getCurrent()) {
            case FAILED -> Level.ERROR;
            case WARNING -> Level.WARN;
            default -> Level.INFO;
        };
        int failures = result.path("failures").asInt();
        String summary = String.format(
            Locale.ROOT, "%s: %s in %.2f s%s", result.path("unique_id").asText(), result.path("status").asText(),
            result.path("execution_time").asDouble(), failures > 0 ? ", failures: " + failures : "");
        var lines = new ArrayList<>(List.of(new DynamicTaskRunLog(level, summary)));
        String message = result.path("message").asText("");
        if (!message.isBlank() && !message.equals("null")) {
            lines.add(new DynamicTaskRunLog(level, message));
        }
        return lines;
    }
}
