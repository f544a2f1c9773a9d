package io.kestra.workbook;

import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import jakarta.validation.constraints.NotNull;
import java.nio.charset.StandardCharsets;
import java.util.List;
import lombok.AccessLevel;
import lombok.Getter;

/** Runs a script written in the flow. */
@Getter
public abstract class LanguageScript extends LanguageTask {
    @NotNull
    public Property<String> script;

    @Getter(AccessLevel.NONE)
    private final transient String command;
    @Getter(AccessLevel.NONE)
    private final transient String suffix;

    /**
     * @param image the default of {@code containerImage}.
     * @param program the interpreter.
     * @param command what stands before the script's file.
     * @param suffix of the script's file.
     */
    protected LanguageScript(String image, String program, String command, String suffix) {
        super(image, program);
        this.command = command;
        this.suffix = suffix;
    }

    @Override
    protected Property<List<String>> commandLines(RunContext runContext, CommandsWrapper wrapper) throws Exception {
        byte[] source = wrapper.render(runContext, script).getBytes(StandardCharsets.UTF_8);
        return Property.ofValue(List.of(command + runContext.workingDir().createTempFile(source, suffix)));
    }
}
