package io.kestra.workbook;

import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import java.util.List;
import java.util.Map;
import lombok.AccessLevel;
import lombok.Getter;

/** A task in a language whose interpreter the machine may have or not. */
@Getter
public abstract class LanguageTask extends LocalScript {
    public Property<String> containerImage;

    @Getter(AccessLevel.NONE)
    private final transient String program;

    /**
     * @param image the default of {@code containerImage}, which is not followed here.
     * @param program the interpreter.
     */
    protected LanguageTask(String image, String program) {
        containerImage = Property.ofValue(image);
        this.program = program;
    }

    @Override
    public Property<String> getContainerImage() {
        return containerImage;
    }

    /** The interpreter must be there; what commands before these install or put on the path is not known yet. */
    @Override
    protected Map<String, Object> requirements(RunContext runContext) throws Exception {
        List<String> before = runContext.render(beforeCommands).asList(String.class);
        String path = runContext.render(env).asMap(String.class, String.class).getOrDefault("PATH", "");
        return Map.of("program", before.isEmpty() ? program : "", "path", path);
    }
}
