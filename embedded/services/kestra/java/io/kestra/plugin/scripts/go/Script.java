package io.kestra.plugin.scripts.go;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageScript;
import lombok.Builder;

/** Runs a script in Go that is written in the flow. */
@Plugin
public class Script extends LanguageScript {
    @Builder
    public Script() {
        super("golang", "go", "go run ", ".go");
    }
}
