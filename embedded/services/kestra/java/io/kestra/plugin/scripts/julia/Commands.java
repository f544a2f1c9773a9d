package io.kestra.plugin.scripts.julia;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageCommands;
import lombok.Builder;

/** Runs commands that use Julia. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("julia", "julia");
    }
}
