package io.kestra.plugin.dbt.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.models.tasks.runners.AbstractLogConsumer;
import io.kestra.core.models.tasks.runners.PluginUtilsService;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import java.time.Instant;

/** Brings dbt's log into the execution's: its lines are JSON objects with a level, a message and at times counts. */
final class DbtLog extends AbstractLogConsumer {
    private final RunContext runContext;
    private volatile boolean warned;

    DbtLog(RunContext runContext) {
        this.runContext = runContext;
    }

    boolean warned() {
        return warned;
    }

    @Override
    public void accept(String line, Boolean isError) {
        accept(line, isError, Instant.now());
    }

    @Override
    public void accept(String line, Boolean isError, Instant instant) {
        if (line.startsWith("::{") && line.endsWith("}::")) {
            outputs.putAll(PluginUtilsService.parseOut(line, runContext.logger(), runContext, isError, instant));
            return;
        }
        (isError ? stdErrCount : stdOutCount).incrementAndGet();
        JsonNode event = parsed(line);
        if (event == null) {
            runContext.logger().info("{}", line);
            return;
        }
        event.path("data").path("stats").properties()
            .forEach(count -> runContext.metric(Counter.of(count.getKey(), count.getValue().asInt())));
        String message = event.path("info").path("msg").asText().strip();
        if (!message.isEmpty()) {
            tell(event.path("info").path("level").asText(), message);
        }
    }

    private static JsonNode parsed(String line) {
        try {
            JsonNode event = line.startsWith("{") ? JacksonMapper.ofJson().readTree(line) : null;
            return event != null && event.path("info").has("level") ? event : null;
        } catch (JsonProcessingException other) {
            return null; // a line that dbt did not print
        }
    }

    private void tell(String level, String message) {
        switch (level) {
            case "debug" -> runContext.logger().debug("{}", message);
            case "info" -> runContext.logger().info("{}", message);
            case "warn" -> {
                warned = true;
                runContext.logger().warn("{}", message);
            }
            default -> runContext.logger().error("{}", message);
        }
    }
}
