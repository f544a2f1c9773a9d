package io.kestra.plugin.scripts.go;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageCommands;
import lombok.Builder;

/** Runs commands that use Go. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("golang", "go");
    }
}
