package io.kestra.plugin.jdbc.mysql;

import io.kestra.core.models.tasks.runners.PluginUtilsService;
import io.kestra.core.runners.RunContext;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The file that LOAD DATA LOCAL reads, under a name that expressions know. */
final class InputFile {
    private static final String NAME = "inputFile";

    private InputFile() {
    }

    /** Puts the file into the task's folder, if there is one; returns the variable with its path. */
    static Map<String, Object> prepare(RunContext runContext, String file) throws Exception {
        Path folder = runContext.workingDir().path();
        if (file != null) {
            PluginUtilsService.createInputFiles(runContext, folder, Map.of(NAME, file), new HashMap<>());
        }
        return Map.of(NAME, folder.resolve(NAME).toString());
    }
}
