package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.annotations.PluginProperty;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import io.kestra.workbook.LocalScript;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Makes a Python environment with dbt in the task's folder, for the tasks that share it, and writes the profiles. */
@Plugin
@Getter
public class Setup extends LocalScript {
    @NotNull
    public Property<Object> profiles;
    @NotNull
    @NotEmpty
    @PluginProperty(dynamic = true)
    public String pythonPath = "python";
    @NotNull
    public Property<List<String>> requirements;
    /** The older name of {@code failFast}. */
    public Property<Boolean> exitOnFailed = Property.ofValue(true);
    public Property<String> containerImage = Property.ofValue("python");

    @Builder
    public Setup() {
    }

    @Override
    public Property<String> getContainerImage() {
        return containerImage;
    }

    @Override
    protected CommandsWrapper wrapper(RunContext runContext) throws Exception {
        CommandsWrapper wrapper = super.wrapper(runContext);
        return runContext.render(exitOnFailed).as(Boolean.class).orElse(true) ? wrapper : wrapper.withFailFast(false);
    }

    @Override
    protected Property<List<String>> commandLines(RunContext runContext, CommandsWrapper wrapper) throws Exception {
        Path folder = wrapper.getWorkingDirectory();
        Path file = folder.resolve(".profile").resolve("profiles.yml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text(runContext));
        var commands = new ArrayList<String>();
        commands.add(runContext.render(pythonPath) + " -m venv --system-site-packages " + folder + " > /dev/null");
        List<String> packages = runContext.render(requirements).asList(String.class);
        if (!packages.isEmpty()) {
            commands.add("./bin/pip install " + String.join(" ", packages.stream().map(Setup::quoted).toList()) + " > /dev/null");
        }
        return Property.ofValue(commands);
    }

    /** To a shell, a bare limit such as {@code >=1.9} would be a file to write. */
    private static String quoted(String requirement) {
        return requirement.matches(".*[<>].*") ? "'" + requirement + "'" : requirement;
    }

    private String text(RunContext runContext) throws Exception {
        return switch (runContext.render(profiles).as(Object.class).orElse("")) {
            case String text -> text;
            case Map<?, ?> map -> JacksonMapper.ofYaml().writeValueAsString(map);
            default -> throw new IllegalArgumentException("The `profiles` attribute must be a String or a Map");
        };
    }
}
