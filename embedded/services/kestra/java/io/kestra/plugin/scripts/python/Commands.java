package io.kestra.plugin.scripts.python;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import lombok.Builder;
import lombok.Getter;

/** Runs Python files and commands. */
@Plugin
@Getter
public class Commands extends PythonScript {
    @NotNull
    public Property<List<String>> commands;

    @Builder
    public Commands() {
    }

    @Override
    protected Property<List<String>> commandLines(RunContext runContext, CommandsWrapper wrapper) {
        return commands;
    }
}
