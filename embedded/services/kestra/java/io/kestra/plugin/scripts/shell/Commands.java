package io.kestra.plugin.scripts.shell;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import io.kestra.workbook.LocalScript;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import lombok.Builder;
import lombok.Getter;

/** Runs shell commands. */
@Plugin
@Getter
public class Commands extends LocalScript {
    public Property<String> containerImage = Property.ofValue("ubuntu");
    @NotNull
    public Property<List<String>> commands;

    @Builder
    public Commands() {
    }

    @Override
    public Property<String> getContainerImage() {
        return containerImage;
    }

    @Override
    protected Property<List<String>> commandLines(RunContext runContext, CommandsWrapper wrapper) {
        return commands;
    }
}
