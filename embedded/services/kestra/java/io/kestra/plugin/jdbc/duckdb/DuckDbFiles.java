package io.kestra.plugin.jdbc.duckdb;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.runners.PluginUtilsService;
import io.kestra.core.runners.RunContext;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Input and output files of the DuckDB tasks. They lie in the task's working directory. */
final class DuckDbFiles {
    private Map<String, String> outputFiles = Map.of();

    /** Fetches the input files and makes room for the output files; returns the variables that name them. */
    Map<String, Object> prepare(RunContext runContext, Object inputFiles, Property<List<String>> outputs) throws Exception {
        Path folder = runContext.workingDir().path(true);
        Map<String, Object> variables = new HashMap<>();
        variables.put("workingDir", folder.toString());
        if (inputFiles != null) {
            Map<String, String> files = PluginUtilsService.transformInputFiles(runContext, inputFiles);
            PluginUtilsService.createInputFiles(runContext, folder, files, variables);
        }
        List<String> names = runContext.render(outputs).asList(String.class);
        if (!names.isEmpty()) {
            outputFiles = PluginUtilsService.createOutputFiles(folder, names, variables);
        }
        return variables;
    }

    /** Moves the output files into the internal storage and adds their addresses to the outputs. */
    Map<String, Object> finish(RunContext runContext, Map<String, Object> outputs) throws Exception {
        Map<String, URI> stored = new LinkedHashMap<>();
        for (var file : outputFiles.entrySet()) {
            stored.put(file.getKey(), runContext.storage().putFile(Path.of(file.getValue()).toFile()));
        }
        var all = new LinkedHashMap<>(outputs);
        all.put("outputFiles", stored);
        return all;
    }
}
