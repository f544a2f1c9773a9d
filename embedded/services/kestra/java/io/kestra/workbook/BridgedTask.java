package io.kestra.workbook;

import io.kestra.core.models.tasks.Output;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.models.tasks.Task;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import java.time.ZoneId;
import java.util.Map;

/**
 * A task type whose body is written in Python. A subclass lists the properties as public fields, under their official
 * names: each {@code Property} is rendered and handed to the body. Its builder is for the engine, whose documentation
 * takes default values from what a builder builds.
 */
public abstract class BridgedTask extends Task implements RunnableTask<BridgedTask.Outputs> {
    private transient volatile TaskCall call;

    @Override
    public Outputs run(RunContext runContext) throws Exception {
        var variables = prepare(runContext);
        Map<String, Object> properties = Properties.render(this, runContext, variables);
        properties.putAll(values(runContext));
        call = new TaskCall(getType(), properties, runContext);
        return new Outputs(finish(runContext, call.execute()));
    }

    /** Called first; returns further variables with which the properties are rendered. */
    protected Map<String, Object> prepare(RunContext runContext) throws Exception {
        return Map.of();
    }

    /** Called before the body; returns what it gets besides the rendered properties. */
    protected Map<String, Object> values(RunContext runContext) throws Exception {
        return Map.of();
    }

    /** Called after the body; returns the final outputs. */
    protected Map<String, Object> finish(RunContext runContext, Map<String, Object> outputs) throws Exception {
        return outputs;
    }

    @Override
    public void kill() {
        if (call != null) {
            call.cancel();
        }
    }

    /** The outputs as the body returned them; the engine writes moments as it does for its own tasks. */
    public record Outputs(Map<String, Object> values) implements Output {
        @Override
        public Map<String, Object> toMap() {
            return JacksonMapper.toMap(values);
        }

        @Override
        public Map<String, Object> toMap(ZoneId zone) {
            return JacksonMapper.toMap(values, zone);
        }
    }
}
