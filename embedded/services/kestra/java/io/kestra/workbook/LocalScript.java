package io.kestra.workbook;

import io.kestra.core.exceptions.IllegalVariableEvaluationException;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.models.tasks.runners.TargetOS;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.scripts.exec.AbstractExecScript;
import io.kestra.plugin.scripts.exec.scripts.models.ScriptOutput;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A script task that runs as a local process. Files, variables, output lines and failure handling are the engine's
 * own; the Python body only says in which environment the commands run.
 */
public abstract class LocalScript extends AbstractExecScript implements RunnableTask<ScriptOutput> {
    private final transient LocalCommands local = new LocalCommands();

    /** The commands to run, with the addresses of internal storage replaced by local files. */
    protected abstract Property<List<String>> commandLines(RunContext runContext, CommandsWrapper wrapper) throws Exception;

    /** What the environment must hold: handed to the Python body. */
    protected Map<String, Object> requirements(RunContext runContext) throws Exception {
        return Map.of();
    }

    @Override
    public ScriptOutput run(RunContext runContext) throws Exception {
        try {
            CommandsWrapper wrapper = wrapper(runContext);
            return wrapper.withCommands(commandLines(runContext, wrapper)).run();
        } finally {
            local.close();
        }
    }

    /** All that the commands need, but the commands. */
    protected CommandsWrapper wrapper(RunContext runContext) throws Exception {
        return commands(runContext)
            .withRunnerType(null)
            .withDockerOptions(null)
            .withTaskRunner(local.runner(getType(), needs(runContext), runContext))
            .withEnableOutputDirectory(outputDirectoryEnabled(runContext))
            .withInterpreter(interpreter)
            .withBeforeCommands(beforeCommands)
            .withBeforeCommandsWithOptions(true)
            .withTargetOS(runContext.render(targetOS).as(TargetOS.class).orElse(null));
    }

    private Map<String, Object> needs(RunContext runContext) throws Exception {
        var needs = new HashMap<>(requirements(runContext));
        needs.put("containerImage", runContext.render(getContainerImage()).as(String.class).orElse(""));
        return needs;
    }

    @Override
    public void kill() {
        local.kill();
    }

    private boolean outputDirectoryEnabled(RunContext runContext) throws IllegalVariableEvaluationException {
        // The deprecated `runner` property implies the output directory, as in Kestra.
        return runContext.render(getOutputDirectory()).as(Boolean.class).orElse(runner != null);
    }
}
