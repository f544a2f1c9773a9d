package io.kestra.plugin.scripts.python;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import jakarta.validation.constraints.NotNull;
import java.nio.charset.StandardCharsets;
import java.util.List;
import lombok.Builder;
import lombok.Getter;

/** Runs a Python script written in the flow. */
@Plugin
@Getter
public class Script extends PythonScript {
    /** What the engine renders, Python writes with a capital. They precede the script, whose lines count from there. */
    private static final String RENDERED_VALUES = "true = True\nfalse = False\nnull = None\n";

    @NotNull
    public Property<String> script;

    @Builder
    public Script() {
    }

    @Override
    protected Property<List<String>> commandLines(RunContext runContext, CommandsWrapper wrapper) throws Exception {
        byte[] source = (RENDERED_VALUES + wrapper.render(runContext, script)).getBytes(StandardCharsets.UTF_8);
        String file = runContext.workingDir().createTempFile(source, ".py").toString();
        // A virtual environment that beforeCommands has activated wins.
        return Property.ofValue(List.of("\"${VIRTUAL_ENV:+$VIRTUAL_ENV/bin/}python\" \"" + file + "\""));
    }
}
