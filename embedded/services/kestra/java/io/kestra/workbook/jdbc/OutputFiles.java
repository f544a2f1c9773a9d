package io.kestra.workbook.jdbc;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.runners.PluginUtilsService;
import io.kestra.core.runners.RunContext;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files that a task's SQL writes: made before it runs, so that expressions name them, and stored afterwards. */
public final class OutputFiles {
    private final RunContext runContext;
    private final Map<String, String> files;

    private OutputFiles(RunContext runContext, Map<String, String> files) {
        this.runContext = runContext;
        this.files = files;
    }

    /** Makes the files that are asked for; the variables must hold {@code workingDir}, and get {@code outputFiles}. */
    public static OutputFiles create(
        RunContext runContext, Path folder, Property<List<String>> wanted, Map<String, Object> variables) throws Exception {
        List<String> names = runContext.render(wanted).asList(String.class);
        return new OutputFiles(
            runContext, names.isEmpty() ? Map.of() : PluginUtilsService.createOutputFiles(folder, names, variables));
    }

    /** Moves the files into the internal storage. */
    public Map<String, URI> store() throws Exception {
        Map<String, URI> stored = new LinkedHashMap<>();
        for (var file : files.entrySet()) {
            stored.put(file.getKey(), runContext.storage().putFile(Path.of(file.getValue()).toFile()));
        }
        return stored;
    }
}
