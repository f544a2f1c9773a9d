package io.kestra.workbook;

import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import lombok.Getter;

/** Runs commands that use an interpreter. */
@Getter
public abstract class LanguageCommands extends LanguageTask {
    @NotNull
    public Property<List<String>> commands;

    protected LanguageCommands(String image, String program) {
        super(image, program);
    }

    @Override
    protected Property<List<String>> commandLines(RunContext runContext, CommandsWrapper wrapper) {
        return commands;
    }
}
