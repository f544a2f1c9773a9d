package io.kestra.workbook;

import com.fasterxml.jackson.core.type.TypeReference;
import io.kestra.core.exceptions.IllegalVariableEvaluationException;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.models.tasks.runners.TargetOS;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.plugin.scripts.exec.AbstractExecScript;
import io.kestra.plugin.scripts.exec.scripts.models.ScriptOutput;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import java.util.List;
import java.util.Map;

/**
 * A script task that runs as a local process. Files, variables, output lines and failure handling are the engine's
 * own; the Python body only says in which environment the commands run.
 */
public abstract class LocalScript extends AbstractExecScript implements RunnableTask<ScriptOutput> {
    private static final TypeReference<Map<String, String>> ENVIRONMENT = new TypeReference<>() {
    };
    private static final TypeReference<List<String>> GUARD = new TypeReference<>() {
    };

    private transient volatile TaskCall call;
    private transient volatile LocalProcess process;

    /** The commands to run, with the addresses of internal storage replaced by local files. */
    protected abstract Property<List<String>> commandLines(RunContext runContext, CommandsWrapper wrapper) throws Exception;

    /** What the environment must hold: handed to the Python body. */
    protected Map<String, Object> requirements(RunContext runContext) throws Exception {
        return Map.of();
    }

    @Override
    public ScriptOutput run(RunContext runContext) throws Exception {
        call = new TaskCall(getType(), requirements(runContext), runContext);
        Map<String, Object> place = call.execute();
        process = new LocalProcess(
            JacksonMapper.ofJson().convertValue(place.get("environment"), ENVIRONMENT),
            JacksonMapper.ofJson().convertValue(place.get("guard"), GUARD));
        CommandsWrapper wrapper = commands(runContext)
            .withRunnerType(null)
            .withDockerOptions(null)
            .withTaskRunner(process)
            .withEnableOutputDirectory(outputDirectoryEnabled(runContext));
        return wrapper
            .withInterpreter(interpreter)
            .withBeforeCommands(beforeCommands)
            .withBeforeCommandsWithOptions(true)
            .withCommands(commandLines(runContext, wrapper))
            .withTargetOS(runContext.render(targetOS).as(TargetOS.class).orElse(null))
            .run();
    }

    @Override
    public void kill() {
        if (call != null) {
            call.cancel();
        }
        if (process != null) {
            process.kill();
        }
    }

    private boolean outputDirectoryEnabled(RunContext runContext) throws IllegalVariableEvaluationException {
        // The deprecated `runner` property implies the output directory, as in Kestra.
        return runContext.render(getOutputDirectory()).as(Boolean.class).orElse(runner != null);
    }
}
